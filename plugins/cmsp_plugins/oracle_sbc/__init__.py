"""Oracle (Acme Packet) session border controllers."""
