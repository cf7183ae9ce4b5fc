"""Polling: one loop for each device, so that a slow or dead one delays no other. Judges nothing."""
