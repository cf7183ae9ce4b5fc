"""The facts of the service, frozen, and the pure transitions between them."""
