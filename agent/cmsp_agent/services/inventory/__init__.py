"""The inventory of the site: what is known of each component, and the history of what changed. See `start`."""
