"""Cisco analog telephone adapters."""
