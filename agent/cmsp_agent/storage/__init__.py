"""SQLite and files: whatever must outlive a power cut."""
