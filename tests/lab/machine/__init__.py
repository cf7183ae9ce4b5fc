"""Throwaway Debian machines with a real systemd, to test the package in: need root, mmdebstrap, systemd-nspawn."""
