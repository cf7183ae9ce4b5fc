"""Discovery: looks for devices that the file does not name, and proposes them. Adds nothing by itself. See `start`."""
