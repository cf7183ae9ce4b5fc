"""SQLite behind one writer thread: open, write, read, migrate, judge faults. Knows no table but `meta`."""
