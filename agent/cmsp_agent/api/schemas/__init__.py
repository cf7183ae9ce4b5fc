"""The bodies of calls and answers, a module for each domain."""
