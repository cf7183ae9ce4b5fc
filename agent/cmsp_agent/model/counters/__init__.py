"""The counters and gauges of the agent, a module for each domain. `declaration` is what each of them says of one."""
