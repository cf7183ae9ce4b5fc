"""`cmsp-agent tool …`: what the agent makes of an input. A module per command; none needs an agent that runs."""
