"""Cisco Unified Communications Manager."""
