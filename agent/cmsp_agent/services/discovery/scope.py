"""Which addresses may be asked: the configured subnets without the exclusions. Pure."""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cmsp_agent.config.addresses import nobodys
from cmsp_agent.model.errors import Refused

MOST_ADDRESSES = 65_536
"""Of one sweep: a larger subnet is a slip of the pen, or takes longer than anybody waits."""

Subnet: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class DiscoveryScope:
    """Where discovery may look."""

    subnets: tuple[Subnet, ...]
    exclude: tuple[Subnet, ...]

    def permits(self, address: str) -> bool:
        """Whether an address may be asked: inside the subnets where there are any, and in no exclusion."""
        try:
            asked = ipaddress.ip_address(address)
        except ValueError:
            return False
        if nobodys(asked):
            return False
        inside = not self.subnets or any(asked in subnet for subnet in self.subnets)
        return inside and not any(asked in subnet for subnet in self.exclude)

    def sweep(self) -> Iterator[str]:
        """Every address of the subnets that may be asked, each once; not those that name a subnet itself."""
        seen: set[str] = set()
        for subnet in self.subnets:
            for address in subnet.hosts():
                name = str(address)
                if name not in seen and self.permits(name):
                    seen.add(name)
                    yield name


def scope_of(subnets: Sequence[str], exclude: Sequence[str], wished: Sequence[str] = ()) -> DiscoveryScope:
    """The scope of the file, or the part of it that a person wishes.

    Raises:
        Refused: what is wished lies outside of the file's subnets, is too large, or no device can be there.
        ValueError: no subnet.
    """
    allowed = tuple(ipaddress.ip_network(each, strict=False) for each in subnets)
    chosen = tuple(ipaddress.ip_network(each, strict=False) for each in wished) or allowed
    for subnet in chosen:
        if allowed and not any(_within(subnet, each) for each in allowed):
            raise Refused(f"{subnet} is not within discovery.subnets of the file (source: configuration)")
        if kind := nobodys(subnet):
            raise Refused(f"{subnet} is {kind}: no device of a site is there; leave it out (discovery.subnets)")
    size = sum(subnet.num_addresses for subnet in chosen)
    if size > MOST_ADDRESSES:
        raise Refused(f"{size} addresses are too many for one sweep: {MOST_ADDRESSES} at most; name smaller subnets")
    return DiscoveryScope(chosen, tuple(ipaddress.ip_network(each, strict=False) for each in exclude))


def _within(inner: Subnet, outer: Subnet) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False
