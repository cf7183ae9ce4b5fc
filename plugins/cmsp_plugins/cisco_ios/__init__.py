"""Cisco IOS and IOS-XE voice gateways: ISR, Catalyst 8000, CUBE, VG, SRST."""
