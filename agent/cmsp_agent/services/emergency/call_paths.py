"""Which dial-peers lead to an emergency number, and which of them work by the active alarms. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cmsp_agent.model.event import Event
from cmsp_agent.model.interfaces import canonical
from cmsp_agent.pipeline.built_in import COMPONENT_DOWN
from cmsp_agent.services.emergency.dial_plan import DialPeer, those_for
from cmsp_agent.services.emergency.sent_digits import doubt

OF_A_PORT = frozenset({"ds1.down", "isdn.layer2.down", "link.down", "voiceport.down"})
BUSIED_OUT, NOT_REGISTERED = "dialpeer.busied_out", "sip.registration.failed"
REGISTRAR = "sip-server"
"""The session target of a dial-peer that leads to where the gateway registers."""
MOST_NAMED = 5
"""Call paths that an alarm names."""


class CallPathsState(StrEnum):
    """What is known of the call paths of a site to a number."""

    WORKS = "works"
    LOST = "lost"
    """There were call paths, and none works."""
    NONE = "none"
    """The configurations were read, and no dial-peer takes the number."""
    UNKNOWN = "unknown"
    """No configuration of a gateway is there to be read."""


@dataclass(frozen=True, slots=True)
class CallPath:
    """A dial-peer that takes an emergency number."""

    component: str
    dial_peer: str
    by: str
    preference: int
    works: bool
    why: str = ""
    """Of one that does not work."""
    doubt: str = ""
    """Why a call by it may not be one to the number: only a call shows it."""


@dataclass(frozen=True, slots=True)
class NumberCallPaths:
    """All call paths of a site to a number."""

    site: str
    number: str
    call_paths: Sequence[CallPath]
    had: str = ""
    """A component that has, or had, a call path that was not shut down; empty: none is known to have had one."""
    known: bool = True
    """The dial-peers of a gateway of the site were read, all that may take the number."""

    @property
    def working(self) -> int:
        """Call paths that work and have no port or trunk in common."""
        return len({(path.component, path.by) for path in self.call_paths if path.works})

    @property
    def state(self) -> CallPathsState:
        """Whether one works, and if not, what is known."""
        if self.working:
            return CallPathsState.WORKS
        if self.had:
            return CallPathsState.LOST
        return CallPathsState.NONE if self.known else CallPathsState.UNKNOWN

    @property
    def why(self) -> str:
        """Why none works, one after the other."""
        reasons = [f"{path.component} dial-peer {path.dial_peer} ({path.by}): {path.why}" for path in self.call_paths]
        return "; ".join(reasons[:MOST_NAMED]) or f"no dial-peer of {self.had} takes it any more"


def call_paths_of(
    component: str,
    peers: Sequence[DialPeer],
    dialled: str,
    alarms: Sequence[Event],
    down: Mapping[str, Event],
    number: str = "",
) -> Iterator[CallPath]:
    """The call paths of a gateway to a number, the most preferred first.

    Args:
        component: its name.
        peers: its dial-peers.
        dialled: the emergency number, or it behind what gets a line.
        alarms: those of the component that hold.
        down: address → the alarm of a component of ours with that address that is down.
        number: the emergency number; empty: what is dialled.
    """
    ended = ""
    for peer in those_for(dialled, peers):
        passed_over = next(_passed_over(peer, alarms), "")
        why = passed_over or ended or next(_failing(peer, alarms, down), "")
        doubtful = doubt(peer, dialled, number or dialled)
        yield CallPath(component, peer.tag, peer.egress, peer.preference, not why, why, doubtful)
        if peer.huntstop and not passed_over and not ended:
            ended = f"calls end at dial-peer {peer.tag}, which has huntstop" if why else ""


def _passed_over(peer: DialPeer, alarms: Sequence[Event]) -> Iterator[str]:
    """Why the gateway passes over this dial-peer; empty: it tries it."""
    if peer.shutdown:
        yield "shut down in the configuration"
    if peer.out:
        yield peer.out
    yield from (alarm.text for alarm in alarms if _takes_away(alarm, peer))
    if peer.ports:
        failed = [next((alarm for alarm in alarms if _takes_port(alarm, port)), None) for port in peer.ports]
        if all(failed):
            yield next(alarm.text for alarm in failed if alarm)
    if peer.monitored:
        lost = [next((each for each in alarms if _is_link(each, name)), None) for name in peer.monitored]
        if all(lost):
            yield f"busied out with what it monitors: {next(alarm.text for alarm in lost if alarm)}"


def _failing(peer: DialPeer, alarms: Sequence[Event], down: Mapping[str, Event]) -> Iterator[str]:
    """Why a call that the gateway sends by this dial-peer fails; empty: it does not."""
    yield from (alarm.text for alarm in alarms if alarm.type == NOT_REGISTERED and peer.target.startswith(REGISTRAR))
    if peer.servers and all(server in down for server in peer.servers):
        yield down[peer.servers[0]].text


def _takes_away(alarm: Event, peer: DialPeer) -> bool:
    return alarm.type == COMPONENT_DOWN or (alarm.type == BUSIED_OUT and alarm.object == peer.tag)


def _is_link(alarm: Event, interface: str) -> bool:
    return alarm.type == "link.down" and canonical(alarm.object) == canonical(interface)


def _takes_port(alarm: Event, port: str) -> bool:
    return alarm.type in OF_A_PORT and _names(alarm.object, port)


def _names(alarmed: str, port: str) -> bool:
    """Whether an interface, a controller or a port is the one that a dial-peer uses: `Serial0/1/0:15`, `E1 0/1/0`."""
    found = re.search(r"\d+(?:/\d+)*(?::\d+)?$", alarmed)
    if found is None:
        return False
    place, _, channel = found[0].partition(":")
    peer_place, _, peer_channel = port.partition(":")
    return place == peer_place and (not channel or not peer_channel or channel == peer_channel)
