"""The commands that a partner engineer types."""
