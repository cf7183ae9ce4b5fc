"""The partner's YAML file: schema, loading with file and line, secrets by reference."""
