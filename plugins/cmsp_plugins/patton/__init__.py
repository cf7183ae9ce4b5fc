"""Patton gateways."""
