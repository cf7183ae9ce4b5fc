"""Device types and connectors. Each folder is a plugin like any other, found by its entry point."""
