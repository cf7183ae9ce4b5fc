"""SQLite and files: everything that must outlive a power cut."""
