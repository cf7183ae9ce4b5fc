"""Whose address is this? Components by all of their addresses, and what came from nobody's. Receives nothing."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cmsp_agent.aio.counters import Counters
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


class Senders:
    """The addresses of each component: those of its configuration come first, those of its interfaces are learned."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._configured: dict[str, str] = {}
        self._learned: dict[str, frozenset[str]] = {}
        self._by_address: Mapping[str, str] = {}
        self._unknown: dict[tuple[str, str], UnknownSender] = {}
        self._relays: frozenset[str] = frozenset()
        self._names: Mapping[str, str] = {}

    @property
    def by_address(self) -> Mapping[str, str]:
        """Address → component. Replaced as a whole when something changes: ask anew for each batch."""
        return self._by_address

    def configure(self, addresses: Mapping[str, Iterable[str]]) -> None:
        """Take the components of a configuration, each with its addresses; names must have been resolved.

        What was learned about a component that is still there is kept.
        """
        self._configured = {plain: name for name, own in addresses.items() for plain in _plain(own)}
        self._names = {name.casefold(): name for name in addresses}
        self._learned = {name: own for name, own in self._learned.items() if name in addresses}
        self._rebuild()

    @property
    def relays(self) -> frozenset[str]:
        """Addresses of senders that may speak for others."""
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
        name = named.casefold()
        return self.find(named) or self._names.get(name) or self._names.get(name.partition(".")[0], UNKNOWN)

    def learn(self, component: str, addresses: Iterable[str]) -> None:
        """Take the interface addresses that the inventory found on a component, in place of those known so far."""
        found = frozenset(plain for plain in _plain(addresses) if _is_its_own(plain))
        if found != self._learned.get(component, frozenset()):
            self._learned[component] = found
            self._rebuild()

    def find(self, address: str) -> str:
        """The component that has the address, or `UNKNOWN`."""
        return self._by_address.get(address, UNKNOWN)

    def shared(self) -> Mapping[str, tuple[str, ...]]:
        """Learned addresses that several components claim (HSRP, copied configurations): nobody is found by these."""
        claims: dict[str, list[str]] = {}
        for name, own in self._learned.items():
            for address in own:
                claims.setdefault(address, []).append(name)
        return {address: tuple(names) for address, names in claims.items() if len(names) > 1}

    def note_unknown(self, address: str, kind: str, now: int, n: int = 1) -> None:
        """Count `n` datagrams of an address that is nobody's."""
        self._counters.add(f"{kind}.unknown_sender", n)
        known = self._unknown.get((kind, address))
        if known is None and not self._has_room(now):
            return
        first = known.first_seen if known else now
        self._unknown[kind, address] = UnknownSender(address, kind, n + (known.count if known else 0), first, now)

    def unknown(self) -> list[UnknownSender]:
        """Senders that are nobody's, the busiest first."""
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
        """Where the table is full, forget the one first heard of, if it has been silent long enough."""
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
