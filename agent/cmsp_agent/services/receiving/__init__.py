"""Receiving: traps, informs and syslog, from the socket to the durable commit, fairly between senders."""
