"""Benchmarks: the product beside its peers, in the same run."""
