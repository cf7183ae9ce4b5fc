"""Cisco Expressway and VCS."""
