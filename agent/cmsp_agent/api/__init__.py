"""The HTTP surface that the head-end and the command line call: routes, roles, mutual TLS, deadlines."""
