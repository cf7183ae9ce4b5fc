"""Cisco IOS voice gateways (ISR, VG, SRST), and what those of IOS-XE have in common with them."""
