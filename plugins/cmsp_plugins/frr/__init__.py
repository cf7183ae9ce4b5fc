"""Routers with FRRouting."""
