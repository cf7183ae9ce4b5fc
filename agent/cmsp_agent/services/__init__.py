"""What the agent does all day, one module or package for each duty."""
