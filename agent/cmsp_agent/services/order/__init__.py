"""The order: its term, its letters and contracts, and how many components it counts. See `start`."""
