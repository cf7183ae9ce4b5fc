"""The two marks of pluggy: on the agent's side for what a hook is, on a plugin's for what carries it out."""

import pluggy

PROJECT = "cmsp_agent"

hook = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as the implementation of the hook of the same name."""

spec = pluggy.HookspecMarker(PROJECT)
"""Marks a hook of the agent."""
