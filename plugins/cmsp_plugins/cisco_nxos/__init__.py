"""Cisco Nexus switches."""
