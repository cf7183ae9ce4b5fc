"""The call paths to each emergency number of a site, and an alarm when the last one is gone. See `start`."""
