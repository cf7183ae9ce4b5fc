"""The devices: their facts, their names, and the component of each sender."""
