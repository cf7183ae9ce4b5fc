"""Pure stages from what a device said to what a person needs to know."""
