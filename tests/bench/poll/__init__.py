"""Polling, beside collectd and prometheus-snmp-exporter."""
