"""Tests of the agent: unit (pure), integration (real servers), system (the package in a booted machine), lab and bench."""
