"""Syslog on the wire: frames of a stream, headers of every family, one message as fields, a device's own time."""
