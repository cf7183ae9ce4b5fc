"""Reads the trap that nearly every device sends in one step: v2c, short lengths, sysUpTime and snmpTrapOID first.

A shortcut with the same results: it accepts nothing that `message.decode` refuses, and reads nothing differently (a
test checks that). Everything unusual, broken messages included, is left to `message.decode`.
"""

from typing import TypeAlias

from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.bindings import Binding
from cmsp_agent.transports.snmp.pdu import TRAP
from cmsp_agent.transports.snmp.values import Missing
from cmsp_agent.transports.snmp.varbinds import decode_varbinds

SYS_UP_TIME = ber.oid_octets("1.3.6.1.2.1.1.3.0")
SNMP_TRAP_OID = ber.oid_octets("1.3.6.1.6.3.1.1.4.1.0")
SNMP_TRAP_ADDRESS = ber.oid_octets("1.3.6.1.6.3.18.1.3.0")
ADDRESS_TEXT = "1.3.6.1.6.3.18.1.3.0"

SHORTEST = 40
"""Octets; nothing shorter holds both of the first bindings."""
LONGEST_HEADERS = 20
"""Octets from the PDU's tag to the first binding at most, so that all of them can be looked at without asking."""
MOST_KEPT = 16_384
"""Bindings kept; some 4 MB."""

_VERSION_2C = b"\x02\x01\x01\x04"
_NO_ERROR = b"\x02\x01\x00\x02\x01\x00\x30"
_UPTIME_HEAD = ber.element(ber.OBJECT_IDENTIFIER, SYS_UP_TIME) + b"\x43"
_TRAP_OID_HEAD = ber.element(ber.OBJECT_IDENTIFIER, SNMP_TRAP_OID) + b"\x06"
_ADDRESS_NAME = ber.element(ber.OBJECT_IDENTIFIER, SNMP_TRAP_ADDRESS)

UsualTrap: TypeAlias = tuple[str, int, tuple[Binding, ...], str, bytes]
"""snmpTrapOID, sysUpTime, the other bindings, snmpTrapAddress or empty, community: as in `Notification`."""


class Unusual(Exception):
    """A binding that the shortcut doesn't know how to place."""


class UsualTraps:
    """Reads usual traps, and remembers their bindings: interfaces come back with the same index, name and type."""

    def __init__(self, texts: OidTexts) -> None:
        """Share the cache of OIDs."""
        self._texts = texts
        self._bindings = _Bindings(texts)

    def read(self, data: bytes) -> UsualTrap | None:
        """Read it, or None where it is not of the usual form."""
        start = _community(data)
        if not start:
            return None
        stop = start + data[start - 1]
        at = _first_binding(data, stop)
        if not at or not data.startswith(_UPTIME_HEAD, at + 2):
            return None
        # sysUpTime never comes back, so it is read here: Timeticks of up to four octets whose first bit is clear.
        value = at + 14
        octets = data[value - 1]
        if not 0 < octets < 5 or data[value] > 127 or data[at] != ber.SEQUENCE or data[at + 1] != 12 + octets:
            return None
        at = value + octets
        uptime = int.from_bytes(data[value:at], "big")
        value = at + 16
        if value > len(data) or not data.startswith(_TRAP_OID_HEAD, at + 2) or data[at] != ber.SEQUENCE:
            return None
        octets = data[value - 1]
        if data[at + 1] != 14 + octets or octets > 113 or value + octets > len(data):
            return None
        at = value + octets
        try:
            bindings = self._rest(data, at)
            trap_oid = self._texts[data[value:at]]
        except (Unusual, DecodeError):
            return None
        address = _address(bindings) if data.find(_ADDRESS_NAME, at) > 0 else ""
        return trap_oid, uptime, bindings, address, data[start:stop]

    def _rest(self, data: bytes, at: int) -> tuple[Binding, ...]:
        known, size = self._bindings, len(data)
        bindings = []
        while at < size:
            start = at
            at += 2 + data[at + 1] if at + 1 < size and data[at + 1] < 128 else size + 1
            if at > size:
                raise Unusual
            bindings.append(known[data[start:at]])
        return tuple(bindings)


class _Bindings(dict[bytes, Binding]):
    """An encoded binding → its name and value, remembered. A dict that fills itself, as `OidTexts` does."""

    def __init__(self, texts: OidTexts) -> None:
        super().__init__()
        self._texts = texts

    def __missing__(self, encoded: bytes) -> Binding:
        names, values, _ = decode_varbinds(encoded, 0, len(encoded), self._texts)
        if len(names) != 1 or ber.oid_plain(names[0]) in (SYS_UP_TIME, SNMP_TRAP_OID):
            raise Unusual
        value = values[0]
        if isinstance(value, Unreadable):
            raise Unusual
        binding = (self._texts[names[0]], None if isinstance(value, Missing) else value)
        if len(self) >= MOST_KEPT:
            self.clear()
        self[encoded] = binding
        return binding


def _community(data: bytes) -> int:
    """Where the community starts in a message of v2c that fills the datagram; 0 where it is not one."""
    if len(data) < SHORTEST or data[0] != ber.SEQUENCE:
        return 0
    at, end = _content(data, 0)
    return at + 5 if end == len(data) and data.startswith(_VERSION_2C, at) and data[at + 4] < 128 else 0


def _first_binding(data: bytes, at: int) -> int:
    """Where the first binding starts in the trap PDU at `at`, which must fill the datagram; 0 where it is not one."""
    size = len(data)
    if at + LONGEST_HEADERS > size or data[at] != TRAP:
        return 0
    at, end = _content(data, at)
    if end != size or data[at] != ber.INTEGER or not 0 < data[at + 1] < 5:
        return 0
    at += 2 + data[at + 1]
    if not data.startswith(_NO_ERROR, at):
        return 0
    at, end = _content(data, at + 6)
    return at if end == size and at + 14 < size else 0


def _content(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element starts and stops; lengths of more than two octets stop nowhere."""
    first = data[at + 1]
    if first < 128:
        return at + 2, at + 2 + first
    if first == 0x81:
        return at + 3, at + 3 + data[at + 2]
    if first == 0x82:
        return at + 4, at + 4 + (data[at + 2] << 8 | data[at + 3])
    return at, -1


def _address(bindings: tuple[Binding, ...]) -> str:
    for name, value in bindings:
        if name == ADDRESS_TEXT and isinstance(value, str):
            return value
    return ""
