"""The configuration from afar: commit confirmed, its history, and what came of each change."""
