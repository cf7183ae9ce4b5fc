"""The tunnel to the head-end: a process of its own holds the link; the agent reads how it is."""
