"""Backups end to end: SSH server, encrypted store, database, recovery."""
