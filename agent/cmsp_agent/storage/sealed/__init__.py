"""What is stored sealed: the vault of secrets, the blobs of the backups, the key of both."""
