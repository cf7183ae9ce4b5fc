"""Events: the way in for all signals, the agent's own events, and retention."""
