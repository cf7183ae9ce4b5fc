"""Cisco Emergency Responder."""
