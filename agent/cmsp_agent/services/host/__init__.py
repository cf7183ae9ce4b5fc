"""What is watched of the machine: its disks, its clock, and what the agent loses."""
