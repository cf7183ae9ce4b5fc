"""Device types and connectors that come with the agent. Each folder is a plugin like any other, found by entry point."""
