"""Names of interfaces as Cisco writes them: long in ifDescr, short in ifName and syslog. One canonical form: long."""

import re

IF_DESCR, IF_NAME = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.31.1.1.1.1"

_LONG = {
    "Gi": "GigabitEthernet",
    "Te": "TenGigabitEthernet",
    "Twe": "TwentyFiveGigE",
    "Hu": "HundredGigE",
    "Fa": "FastEthernet",
    "Et": "Ethernet",
    "Se": "Serial",
    "Lo": "Loopback",
    "Tu": "Tunnel",
    "Vl": "Vlan",
    "Po": "Port-channel",
    "BR": "BRI",
    "Vo": "Voice",
}
_SHORT = re.compile(r"^(Gi|Twe|Te|Hu|Fa|Et|Se|Lo|Tu|Vl|Po|BR|Vo)(?=\d)")


def canonical(name: str) -> str:
    """`Se0/1/0:15` → `Serial0/1/0:15`; a name that is long already, or not Cisco's, stays as it is."""
    return _SHORT.sub(lambda short: _LONG[short.group(1)], name.strip())
