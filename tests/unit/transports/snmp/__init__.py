"""The SNMP engine, pure."""
