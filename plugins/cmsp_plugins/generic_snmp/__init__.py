"""Any device that answers SNMP: what every agent has (IF-MIB, HOST-RESOURCES-MIB) and UPS-MIB where it is there."""
