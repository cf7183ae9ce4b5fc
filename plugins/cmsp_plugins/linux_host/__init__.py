"""Linux hosts with net-snmp."""
