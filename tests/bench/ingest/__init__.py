"""How much it costs to receive traps and syslog, beside snmptrapd and rsyslogd, and what a storm does."""
