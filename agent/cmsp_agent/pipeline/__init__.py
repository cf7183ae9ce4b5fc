"""Pure stages between what a device said and what a person should know."""
