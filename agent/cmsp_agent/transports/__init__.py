"""One module for each wire and each outside library that speaks on it."""
