"""What was measured: kept in three resolutions, and answered from the one that fits. See `start`."""
