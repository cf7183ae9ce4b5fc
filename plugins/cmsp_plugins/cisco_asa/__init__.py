"""Cisco ASA firewalls."""
