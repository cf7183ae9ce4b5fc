"""The HTTP surface for the head-end and for the command line."""
