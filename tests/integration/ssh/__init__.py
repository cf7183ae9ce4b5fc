"""SSH against real servers: OpenSSH, and an asyncssh one that misbehaves where it is told to."""
