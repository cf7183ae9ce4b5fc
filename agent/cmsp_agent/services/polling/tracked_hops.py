"""The signs that the appliance is connected: links that lead to components, and next hops."""

from collections.abc import Mapping, Sequence

from cmsp_agent.model.component import Component
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.polling.isolation import Outside
from cmsp_agent.transports import routes
from cmsp_agent.transports.network import Network, Ways

PING_WITHIN = 1.0
MOST_TRACKED_HOPS = 4
"""Default routes that are asked at most."""


async def answers(network: Network, address: str) -> bool:
    """Whether the address answers an ICMP echo within a second."""
    return await network.ping(address, PING_WITHIN, None) is not None


class TrackedHops:
    """Looks at the routes of the moment."""

    def __init__(self, next_hops: Sequence[str], devices: Devices, ways: Ways) -> None:
        self._ways = ways
        self._next_hops = next_hops
        self._devices = devices
        self._link_of: dict[str, str] = {}
        self._looked_up: tuple[list[routes.Route], list[str]] | None = None
        """The routes and addresses that this is of; None: a link was down then."""
        self._known_devices: Mapping[str, Component] = {}
        self._addresses: Mapping[str, str] = {}
        """Component → its address; empty where its name leads nowhere."""

    def __call__(self) -> Outside:
        """The links with their carrier and the next hops, by the routes of this moment."""
        known = self._ways.known()
        if self._devices.components is not self._known_devices:
            self._known_devices = self._devices.components
            self._addresses = {
                name: each.address if each.addresses else "" for name, each in self._known_devices.items()
            }
        components = self._addresses
        addresses = [address for address in components.values() if address]
        up = all(map(self._ways.carrier, set(self._link_of.values())))
        if not up or (known, addresses) != self._looked_up:
            self._link_of = {address: link for address in addresses if (link := self._link_to(address, known))}
            self._looked_up = (known, addresses) if up else None
        ways = routes.default_routes(known)
        links = dict.fromkeys(self._link_of.values()) or dict.fromkeys(way.interface for way in ways)
        hops = self._next_hops or [str(way.gateway) for way in ways[:MOST_TRACKED_HOPS]]
        routed = not addresses or any(self._ways.leads_to(address) for address in addresses)
        return Outside({link: self._ways.carrier(link) for link in links}, hops, components, routed)

    def _link_to(self, address: str, known: list[routes.Route]) -> str:
        """A link whose route went away with its cable is remembered: this is the case to detect."""
        before = self._link_of.get(address, "")
        if before and self._ways.carrier(before) is False:
            return before
        route = routes.route_to(address, known)
        return route.interface if route else before
