"""Names of interfaces as Cisco writes them: long in ifDescr, short in ifName and syslog. One canonical form: long."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

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


def octets_name(value: float | bytes | str | None, longest: int = 255) -> str:
    """A name as people read it. Octets that are no UTF-8 (GBK, Latin-1) are written as they are.

    So two names never become one.
    """
    if value is None:
        return ""
    plain = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    return plain.strip("\0 \r\n\t")[:longest]


def numbered(name: str, if_index: int) -> str:
    """The name of an interface of which others have the name too, or that has none."""
    return f"{name} (ifIndex {if_index})" if name else f"ifIndex {if_index}"


def unnamed(name: str) -> int | None:
    """The ifIndex of an interface that is called by it alone, as long as nothing better is known."""
    number = name.removeprefix("ifIndex ")
    return int(number) if number != name and number.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Interfaces:
    """The interfaces of a device as the inventory has them, by ifIndex."""

    names: Mapping[int, str] = field(default_factory=dict)
    """Each its own."""
    descriptions: Mapping[int, str] = field(default_factory=dict)
    """ifDescr in its canonical form, where it differs from the name."""

    def named(self, if_index: int | None, name: str = "", description: str = "") -> str:
        """The name of the interface that a message is about, by its ifIndex and by what it says itself.

        What the message says is newer than the inventory's numbers.

        Returns:
            The name; empty where the message names no interface that there is.
        """
        known = "" if if_index is None else self.names.get(if_index, "")
        # a description without a number says what the interface is for, and not which one it is
        named = name or not known or any(letter.isdigit() for letter in description) or self._describes(description)
        said = canonical(name or description) if named else ""
        if said:
            own = (known, self.descriptions.get(if_index or 0, ""))
            if known and (said in own or known == numbered(said, if_index or 0)):
                return known
            described = (self.names[each] for each, text in self.descriptions.items() if not name and text == said)
            return next((each for each in described), said)
        if known or if_index is None or self.names:
            return known
        return numbered("", if_index)

    def _describes(self, description: str) -> bool:
        return canonical(description) in self.descriptions.values()
