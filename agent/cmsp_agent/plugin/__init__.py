"""Device plugins: what they may import, what they may implement, and the host that isolates them."""
