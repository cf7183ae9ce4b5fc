"""Benchmarks beside the peers, in the same run: `make bench-NAME` or `python -m tests.bench.NAME`."""
