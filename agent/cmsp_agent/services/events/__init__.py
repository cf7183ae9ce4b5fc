"""Events: the one way in for signals, what the agent itself has to say, and retention."""
