"""Looks at the ways to emergency numbers, and says when a site has lost the last one."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.event import Event
from cmsp_agent.services.backups import Backups
from cmsp_agent.services.emergency.dial_plan import DialPeer, dial_peers
from cmsp_agent.services.emergency.ways import NumberWays, ways_of
from cmsp_agent.services.events.conditions import Conditions

log = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two looks."""

NumbersOfSites = Mapping[str, Sequence[str]]
"""Site → its emergency numbers."""


class EmergencyWatch:
    """Knows the dial-peers by the last saved configurations.

    Args:
        components: those of the site, by name.
        backups: their configurations.
        alarms: the alarms that hold of a component.
        conditions: takes the alarms.
        clock: for the pauses.
    """

    def __init__(
        self,
        components: Callable[[], Mapping[str, Component]],
        backups: Backups,
        alarms: Callable[[str], Sequence[Event]],
        conditions: Conditions,
        clock: Clock,
    ) -> None:
        self.numbers: NumbersOfSites = {}
        self._components = components
        self._backups = backups
        self._alarms = alarms
        self._conditions = conditions
        self._clock = clock
        self._peers: dict[str, tuple[str, list[DialPeer]]] = {}
        """Component → the version that was read, and its dial-peers."""

    async def run(self) -> NoReturn:
        """Look again and again, until cancelled."""
        while True:
            try:
                self.settle(await self.ways())
            except AgentError as error:
                log.warning("the ways to emergency numbers are not known", extra={"reason": str(error)})
            await self._clock.sleep(EVERY)

    async def ways(self) -> list[NumberWays]:
        """The ways of each site to each of its numbers, by site and number.

        Raises:
            StorageError: the list of configurations can't be read.
        """
        found = []
        for site, numbers in sorted(self.numbers.items()):
            gateways = [each for each in self._components().values() if each.site == site]
            peers = {each.name: await self._peers_of(each.name) for each in gateways}
            for number in numbers:
                ways = [way for name in sorted(peers) for way in ways_of(name, peers[name], number, self._alarms(name))]
                found.append(NumberWays(site, number, ways))
        return found

    def settle(self, found: Sequence[NumberWays]) -> None:
        """Raise and clear: one alarm for each number of a site, at the gateway whose way was the best one."""
        now = {
            (each.ways[0].component, f"{each.number} at {each.site}"): (
                f"no way to {each.number} from {each.site} works: "
                + "; ".join(f"{way.component} dial-peer {way.dial_peer} ({way.by}): {way.why}" for way in each.ways[:5])
            )
            for each in found
            if each.lost
        }
        self._conditions.settle(now, "a way to the emergency number works again")

    async def _peers_of(self, name: str) -> list[DialPeer]:
        latest = await self._backups.latest(name)
        if latest is None:
            return []
        known = self._peers.get(name)
        if known is None or known[0] != latest.id:
            try:
                text = await self._backups.content(name, latest.id, redacted=False)
            except AgentError as error:
                log.info("a configuration can't be read", extra={"component": name, "reason": str(error)})
                return known[1] if known else []
            known = self._peers[name] = (latest.id, dial_peers(text))
        return known[1]
