"""The counters and gauges of the agent, a module for each domain; `model.register` gathers them."""
