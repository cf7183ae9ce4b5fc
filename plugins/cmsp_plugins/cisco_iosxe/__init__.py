"""Cisco IOS-XE: gateways, routers and switches whose IOS runs on Linux."""
