"""The composition root: builds the parts, starts them in order, reloads and stops them."""
