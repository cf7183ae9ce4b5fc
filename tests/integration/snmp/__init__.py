"""SNMP against real peers: net-snmp, pysnmp, a tampering proxy, odd devices."""
