"""What discovery found at an address, and what becomes of all that: known, moved, proposed or only seen. Pure."""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cmsp_agent.model.component import Component
from cmsp_agent.services.devices.facts import DeviceFacts, Neighbour

_UNFIT = re.compile(r"[^a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """Something that answers at an address."""

    address: str
    via: str
    """How its address became known: `sweep`, `seed`, `cdp of gw-1`, `arp of gw-1`, `route of gw-1`."""
    engine: str = ""
    """The SNMPv3 engine ID, hex."""
    credential: str = ""
    """The name of the credential that works; empty: none that may be tried does."""
    facts: DeviceFacts = field(default_factory=DeviceFacts)
    device_type: str = "reachability"
    others: tuple[str, ...] = ()
    """Further addresses at which it was found."""
    detail: str = ""
    """Why it is not known better."""

    def is_same(self, serial: str, engine: str) -> bool:
        """Whether it is the device of that serial number; where one of both has none, of that engine ID.

        Engine IDs alone are not enough: machines that were made from one image have the same.
        """
        if serial and self.facts.serial:
            return serial == self.facts.serial
        return bool(engine) and engine == self.engine


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A component, by all that it may be known again by."""

    name: str
    addresses: frozenset[str]
    """Those of the file."""
    serial: str = ""
    engine: str = ""
    interfaces: frozenset[str] = frozenset()
    """Those that it has shown: another device may have got one of them since."""

    def as_found(self, devices: Sequence[FoundDevice]) -> "KnownDevice":
        """With the serial number and the engine that it shows now, at an address of its own."""
        for device in devices:
            if device.address in self.addresses:
                return replace(self, serial=device.facts.serial or self.serial, engine=device.engine or self.engine)
        return self

    def is_same(self, found: FoundDevice) -> bool:
        """Whether that is this component, at whatever address it was found."""
        if found.address in self.addresses or found.is_same(self.serial, self.engine):
            return True
        is_another = bool(self.serial and found.facts.serial)
        return found.address in self.interfaces and not is_another


@dataclass(frozen=True, slots=True)
class DiscoveryOutcome:
    """What a discovery brought."""

    known: tuple[str, ...] = ()
    """Components that were found where they should be."""
    moved: tuple[tuple[str, str], ...] = ()
    """(component, address): found again at an address that the file does not have."""
    proposals: tuple[FoundDevice, ...] = ()
    seen: tuple[tuple[str, Neighbour], ...] = ()
    """(by whom, neighbour): seen by another device, and not asked."""


def outcome(
    found: Iterable[FoundDevice], known: Sequence[KnownDevice], seen: Mapping[str, Sequence[Neighbour]]
) -> DiscoveryOutcome:
    """Sort what was found."""
    present: dict[str, None] = {}
    moved: list[tuple[str, str]] = []
    fresh: list[FoundDevice] = []
    everything = list(found)
    known = [each.as_found(everything) for each in known]
    for device in everything:
        same = next((each for each in known if each.is_same(device)), None)
        if same is None:
            _join(fresh, device)
        elif device.address in same.addresses | same.interfaces:
            present[same.name] = None
        else:
            moved.append((same.name, device.address))
    names = {name for device in fresh for name in _names_of(device)} | {each.name.lower() for each in known}
    asked = {address for device in fresh for address in (device.address, *device.others)}
    asked |= {address for each in known for address in each.addresses | each.interfaces}
    asked |= {address for _, address in moved}
    only_seen = tuple(
        (by, neighbour)
        for by, neighbours in seen.items()
        for neighbour in neighbours
        if neighbour.address not in asked and neighbour.name.partition(".")[0].lower() not in names
    )
    return DiscoveryOutcome(tuple(present), tuple(moved), tuple(fresh), only_seen)


def _names_of(device: FoundDevice) -> tuple[str, ...]:
    return (device.facts.sys_name.partition(".")[0].lower(),) if device.facts.sys_name else ()


def _join(fresh: list[FoundDevice], device: FoundDevice) -> None:
    """One device that answers at two addresses is one proposal."""
    for place, other in enumerate(fresh):
        if other.is_same(device.facts.serial, device.engine) or device.address in other.facts.addresses:
            fresh[place] = replace(other, others=(*other.others, device.address))
            return
    fresh.append(device)


def names(proposals: Sequence[FoundDevice], taken: Iterable[str]) -> dict[str, str]:
    """Address of a proposal → a name for it: its own, fit for the file, and nobody else's."""
    used = set(taken)
    chosen = {}
    for device in proposals:
        plain = _UNFIT.sub("-", _ascii(device.facts.sys_name.partition(".")[0]).lower()).strip("-")
        plain = plain or "device-" + re.sub(r"[.:]+", "-", device.address)
        name, number = plain, 2
        while name in used:
            name, number = f"{plain}-{number}", number + 1
        used.add(name)
        chosen[device.address] = name
    return chosen


def _ascii(name: str) -> str:
    """Letters without their accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def site_of(address: str, via: str, components: Mapping[str, Component], sites: Sequence[str]) -> str:
    """The likely site of a device: where most of its subnet is, else the site of the device that saw it."""
    counts: dict[str, int] = {}
    for component in components.values():
        if any(_same_subnet(address, own) for own in component.addresses):
            counts[component.site] = counts.get(component.site, 0) + 1
    if counts:
        return max(counts, key=lambda name: counts[name])
    by = components.get(via.rpartition(" of ")[2])
    return by.site if by is not None else next(iter(sites), "")


def _same_subnet(one: str, other: str) -> bool:
    try:
        first = ipaddress.ip_address(one)
        return ipaddress.ip_address(other) in ipaddress.ip_network(
            f"{first}/{24 if first.version == 4 else 64}", strict=False
        )
    except ValueError:
        return False
