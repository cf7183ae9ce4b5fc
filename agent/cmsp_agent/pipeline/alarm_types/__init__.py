"""The alarm types of the agent itself, a module for each domain; `pipeline.built_in` gathers them."""
