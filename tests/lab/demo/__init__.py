"""The demonstration: a bad day of a customer, played on the built-in site with the real agent. ``make demo``."""
