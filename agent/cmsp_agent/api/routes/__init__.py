"""The calls, a module for each domain."""
