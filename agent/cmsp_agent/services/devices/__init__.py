"""The devices: what is known of them, their names, and which component a sender is."""
