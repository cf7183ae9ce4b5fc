"""What a start needs of a file and of this machine: asked by a start, a reload and `config check`."""
