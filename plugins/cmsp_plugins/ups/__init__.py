"""Uninterruptible power supplies with an RFC 1628 agent, and what APC makes for racks."""
