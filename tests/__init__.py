"""Tests of the agent: unit (pure), integration (real servers), system (the package in a machine), lab, bench."""
