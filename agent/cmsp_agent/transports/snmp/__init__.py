"""The project's own SNMP engine: v1, v2c and v3, polling and notifications.

`ber`, `varbinds`, `pdu` and `message` are the codec; `keys`, `privacy`, `usm`, `timeliness` and `authoritative` are
SNMPv3's user-based security; `client`, `session`, `walk` and `endpoint` ask; `notifications` understands what devices
send unasked.
"""
