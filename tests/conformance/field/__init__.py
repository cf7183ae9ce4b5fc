"""Inputs as agents, relays and devices really send them, written down by us, each with what must be read of it."""
