"""The whole agent on a simulated machine: a virtual clock, threads that are turns of the loop, a played network."""
