"""Finds the component of a sender by its address or name; counts senders of no component.

Receives no message itself.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.renaming import UNCHANGED, under_new_names
from cmsp_agent.model.times import rfc3339

MOST_UNKNOWN = 256
"""Unknown senders shown; more are only counted, so that forged addresses can't fill the memory."""
FORGET_UNKNOWN = 24 * 3600 * 1000
"""Milliseconds after which a silent one makes room for another."""
UNKNOWN = ""
"""The component of an address that is nobody's."""


@dataclass(frozen=True, slots=True)
class UnknownSender:
    """An address that sends and that no component has. Times are ms since the epoch."""

    address: str
    kind: str
    """`traps` or `syslog`."""
    count: int
    first_seen: int
    last_seen: int


_BRACKETED = re.compile(r"\[([^\]]+)\](?::\d+)?\Z")
"""An address as URLs have it, with or without a port."""


class Senders:
    """The addresses of each component: those of its configuration come first, those of its interfaces are learned."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._configured: dict[str, str] = {}
        self._learned: dict[str, frozenset[str]] = {}
        self._by_address: Mapping[str, str] = {}
        self._unknown: dict[tuple[str, str], UnknownSender] = {}
        self._relays: frozenset[str] = frozenset()
        self._hosts: Mapping[str, frozenset[str]] = {}
        self._sys_names: dict[str, str] = {}
        self._names: Mapping[str, str] = {}

    @property
    def by_address(self) -> Mapping[str, str]:
        """Address → component. Replaced as a whole when something changes: ask anew for each batch."""
        return self._by_address

    def configure(self, addresses: Mapping[str, Iterable[str]], renamed: Mapping[str, str] = UNCHANGED) -> None:
        """Take the components of a configuration, each with its addresses and the host names among them.

        What was learned about a device that is still there is kept, under its name now (`renamed`: before → now).
        """
        self._learned = under_new_names(self._learned, renamed)
        self._sys_names = under_new_names(self._sys_names, renamed)
        self._configured = {plain: name for name, own in addresses.items() for plain in _plain(own)}
        self._hosts = {name: frozenset(each.casefold() for each in own) for name, own in addresses.items()}
        self._learned = {name: own for name, own in self._learned.items() if name in addresses}
        self._sys_names = {name: said for name, said in self._sys_names.items() if name in addresses}
        self._rebuild()

    @property
    def relays(self) -> frozenset[str]:
        """Addresses of relays: senders of other components' messages."""
        return self._relays

    def trust(self, relays: Iterable[str]) -> None:
        """Let these senders, and no others, speak for others."""
        self._relays = frozenset(_plain(relays))

    def spoken_for(self, source: str, own: str, named: str) -> str:
        """The component that a message is of: its sender's own, or the one that a relay names.

        A relay is never blamed for what it relays: where the name is nobody's, the message is nobody's.

        Args:
            source: the sender's address.
            own: the component of that address, or `UNKNOWN`.
            named: the address or host name that the message itself gives, or empty.
        """
        if source not in self._relays or not named:
            return own
        bracketed = _BRACKETED.match(named)
        name = (bracketed[1] if bracketed else named.rpartition("@")[2]).casefold()  # syslog-ng: its source@host
        found = self.find(name) or self._names.get(name) or self._names.get(name.partition(".")[0])
        return found or self.find(next(iter(_plain([name])), ""))

    def learn(self, component: str, addresses: Iterable[str], sys_name: str = "") -> None:
        """Take the interface addresses and the sysName that a component has, in place of those known so far."""
        found = frozenset(plain for plain in _plain(addresses) if _is_its_own(plain))
        before = self._learned.get(component, frozenset()), self._sys_names.get(component, "")
        if (found, sys_name) != before:
            self._learned[component], self._sys_names[component] = found, sys_name
            self._rebuild()

    def find(self, address: str) -> str:
        """The component that has the address, or `UNKNOWN`."""
        return self._by_address.get(address, UNKNOWN)

    def shared(self) -> Mapping[str, tuple[str, ...]]:
        """Learned addresses that several components claim (HSRP, copied configurations): they identify none."""
        claims: dict[str, list[str]] = {}
        for name, own in self._learned.items():
            for address in own:
                claims.setdefault(address, []).append(name)
        return {address: tuple(names) for address, names in claims.items() if len(names) > 1}

    def note_unknown(self, address: str, kind: str, now: int, n: int = 1) -> None:
        """Count `n` datagrams of an address that belongs to no component."""
        self._counters.add(f"{kind}.unknown_sender", n)
        known = self._unknown.get((kind, address))
        if known is None and not self._has_room(now):
            return
        first = known.first_seen if known else now
        self._unknown[kind, address] = UnknownSender(address, kind, n + (known.count if known else 0), first, now)

    def unknown(self) -> list[UnknownSender]:
        """Senders that belong to no component, the busiest first."""
        return sorted(self._unknown.values(), key=lambda sender: -sender.count)

    def report(self, most: int = 20) -> list[dict[str, Any]]:
        """The busiest unknown senders for people and the API: address, kind, count, when."""
        return [
            {
                "address": sender.address,
                "kind": sender.kind,
                "count": sender.count,
                "first_seen": rfc3339(sender.first_seen),
                "last_seen": rfc3339(sender.last_seen),
            }
            for sender in self.unknown()[:most]
        ]

    def _has_room(self, now: int) -> bool:
        """Where the table is full, forget the one that came first, if it has sent nothing for long enough."""
        if len(self._unknown) < MOST_UNKNOWN:
            return True
        place, oldest = next(iter(self._unknown.items()))
        if now - oldest.last_seen < FORGET_UNKNOWN:
            return False
        del self._unknown[place]
        return True

    def _rebuild(self) -> None:
        shared = self.shared()
        learned = {address: name for name, own in self._learned.items() for address in own if address not in shared}
        self._by_address = {**learned, **self._configured}
        self._names = _by_name(self._hosts, self._sys_names)


def _by_name(hosts: Mapping[str, Iterable[str]], sys_names: Mapping[str, str]) -> dict[str, str]:
    """Name → component: its own in the file, its host names and its sysName, each in full and without its domain.

    A name that several components have is nobody's, unless it is one's own in the file.
    """
    claims: dict[str, set[str]] = {}
    for component, own in hosts.items():
        for full in (*own, sys_names.get(component, "").casefold()):
            # an address is found by itself, and 10.0.0.1 is no host of a domain
            for name in () if not full or any(_plain([full])) else (full, full.partition(".")[0]):
                claims.setdefault(name, set()).add(component)
    alone = {name: next(iter(claimed)) for name, claimed in claims.items() if len(claimed) == 1}
    return alone | {component.casefold(): component for component in hosts}


def _plain(addresses: Iterable[str]) -> Iterable[str]:
    """Canonical literals; a name that was not resolved is passed over."""
    for address in addresses:
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            continue
        mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
        yield str(mapped or parsed)


def _is_its_own(address: str) -> bool:
    """Every device has 127.0.0.1 and fe80::1 may be anybody's: they identify nobody."""
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified or parsed.is_multicast)
