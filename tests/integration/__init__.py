"""Tests against real servers and real devices."""
