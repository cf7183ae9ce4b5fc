"""Codecs against an oracle: generated and mutated datagrams."""
