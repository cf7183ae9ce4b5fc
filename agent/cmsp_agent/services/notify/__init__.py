"""Interested parties hear of incidents: at opening, at each change, at intervals, at resolution. See start."""
