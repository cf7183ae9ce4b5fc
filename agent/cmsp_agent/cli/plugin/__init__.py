"""`cmsp-agent plugin …` and `type …`: the plugins of the running agent, and the tools of those who write one."""
