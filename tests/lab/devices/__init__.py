"""Real devices for integration tests: FRR, OpenSSH, net-snmp and rsyslog, each set in a network namespace of its own.

Needs root and the Debian packages of ``packaging/test-packages.txt``. Every run has namespaces with names of its
own, so runs don't meet, and all of them go when the lab closes, or when the process that made them dies.
"""
