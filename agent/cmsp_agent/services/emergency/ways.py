"""Which ways to an emergency number work, by the dial-peers and the alarms that hold. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.built_in import COMPONENT_DOWN
from cmsp_agent.services.emergency.dial_plan import DialPeer, takes

OF_A_PORT = frozenset({"ds1.down", "isdn.layer2.down", "link.down", "voiceport.down"})
BUSIED_OUT = "dialpeer.busied_out"


@dataclass(frozen=True, slots=True)
class EmergencyWay:
    """A dial-peer that takes an emergency number."""

    component: str
    dial_peer: str
    by: str
    preference: int
    works: bool
    why: str = ""
    """Of one that does not work."""


@dataclass(frozen=True, slots=True)
class NumberWays:
    """All ways of a site to a number."""

    site: str
    number: str
    ways: Sequence[EmergencyWay]

    @property
    def working(self) -> int:
        """Ways that work and have no port or trunk in common."""
        return len({(way.component, way.by) for way in self.ways if way.works})

    @property
    def lost(self) -> bool:
        """There are ways, and none works."""
        return bool(self.ways) and not self.working


def ways_of(component: str, peers: Iterable[DialPeer], number: str, alarms: Sequence[Event]) -> Iterator[EmergencyWay]:
    """The ways of a gateway to a number, the most preferred first; those that somebody shut down are none.

    Args:
        component: its name.
        peers: its dial-peers.
        number: the emergency number.
        alarms: those of the component that hold.
    """
    for peer in peers:
        if not peer.shutdown and takes(peer.pattern, number):
            why = next((alarm.text for alarm in alarms if _takes_away(alarm, peer)), "")
            yield EmergencyWay(component, peer.tag, peer.way, peer.preference, not why, why)


def _takes_away(alarm: Event, peer: DialPeer) -> bool:
    if alarm.type == COMPONENT_DOWN:
        return True
    if alarm.type == BUSIED_OUT:
        return alarm.object == peer.tag
    return alarm.type in OF_A_PORT and bool(peer.port) and _names(alarm.object, peer.port)


def _names(alarmed: str, port: str) -> bool:
    """Whether an interface, a controller or a port is the one that a dial-peer uses: `Serial0/1/0:15`, `E1 0/1/0`."""
    found = re.search(r"\d+(?:/\d+)*(?::\d+)?$", alarmed)
    if found is None:
        return False
    place, _, channel = found[0].partition(":")
    peer_place, _, peer_channel = port.partition(":")
    return place == peer_place and (not channel or not peer_channel or channel == peer_channel)
