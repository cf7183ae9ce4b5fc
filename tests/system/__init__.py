"""Tests of the Debian package in a booted machine."""
