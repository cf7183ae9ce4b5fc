"""The built-in site: simulated gateways, a session border controller and a UPS on loopback addresses.

Pure Python, no root. Each device has an address of its own in 127.0.0.0/8, answers SNMP and SSH there, and sends its
traps and syslog from there, so that an agent under test sees as many senders as a real site has.
"""
