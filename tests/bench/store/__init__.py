"""What polling costs end to end: asked, made into rates, held against thresholds, stored. See `__main__`."""
