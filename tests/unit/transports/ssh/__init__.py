"""Tests of what SSH sessions read."""
