"""Looks at the ways to emergency numbers, and says when a site has lost the last one."""

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import NoReturn

from cmsp_agent.aio.bell import Bell
from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.services.backups import Backups
from cmsp_agent.services.emergency.dial_plan import DialPeer, dial_peers
from cmsp_agent.services.emergency.ways import NumberWays, ways_of
from cmsp_agent.services.events.conditions import Conditions

log = logging.getLogger(__name__)

SETTLE = 2.0
"""Seconds after a change until the next look: what happens together is looked at together."""
IDLE = 300.0
"""Seconds between two looks where nothing changes."""

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
        self._numbers: NumbersOfSites = {}
        self._components = components
        self._backups = backups
        self._alarms = alarms
        self._conditions = conditions
        self._clock = clock
        self._bell = Bell(clock)
        self._peers: dict[str, tuple[str, list[DialPeer]]] = {}
        """Component → the version that was read, and its dial-peers."""
        self._unreadable: dict[str, str] = {}
        """Component → the version that could not be read, as the log says already."""
        self._outdated = True
        """A version may be newer than the one that was read."""

    def use(self, numbers: NumbersOfSites) -> None:
        """Watch the ways to these numbers from now on."""
        self._numbers = numbers
        self.committed()

    def changed(self, _: Changes) -> None:
        """Alarms changed."""
        self._bell.ring()

    def committed(self) -> None:
        """The database changed: there may be newer configurations."""
        self._outdated = True
        self._bell.ring()

    async def run(self) -> NoReturn:
        """Look when something changed, until cancelled."""
        while True:
            try:
                self.settle(await self.ways())
            except AgentError as error:
                log.warning("the ways to emergency numbers are not known", extra={"reason": str(error)})
            if await self._bell.wait(IDLE):
                await self._clock.sleep(SETTLE)

    async def ways(self) -> list[NumberWays]:
        """The ways of each site to each of its numbers, by site and number.

        Raises:
            StorageError: the list of configurations can't be read.
        """
        if self._outdated:
            await self._read()
        found = []
        for site, gateways in self._gateways().items():
            alarms = {name: self._alarms(name) for name in gateways if self._peers_of(name)}
            for number in self._numbers[site]:
                ways = (ways_of(name, self._peers_of(name), number, held) for name, held in alarms.items())
                found.append(NumberWays(site, number, list(chain.from_iterable(ways))))
        return found

    def _gateways(self) -> dict[str, list[str]]:
        """The sites with emergency numbers, each with its components, in the order of their names."""
        found: dict[str, list[str]] = {site: [] for site, numbers in sorted(self._numbers.items()) if numbers}
        for name, component in sorted(self._components().items()):
            if component.site in found:
                found[component.site].append(name)
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

    def _peers_of(self, name: str) -> list[DialPeer]:
        return self._peers[name][1] if name in self._peers else []

    async def _read(self) -> None:
        """Read the configurations that were saved since the last look."""
        self._outdated = False
        wanted = [name for names in self._gateways().values() for name in names]
        try:
            latest = await self._backups.latest_of(wanted)
        except AgentError:
            self._outdated = True
            raise
        self._peers = {name: known for name, known in self._peers.items() if name in latest}
        for name, backup in latest.items():
            if name not in self._peers or self._peers[name][0] != backup.id:
                await self._learn(name, backup.id)

    async def _learn(self, name: str, version: str) -> None:
        try:
            text = await self._backups.content(name, version, redacted=False)
        except AgentError as error:
            if self._unreadable.get(name) != version:
                log.info("a configuration can't be read", extra={"component": name, "reason": str(error)})
            self._unreadable[name] = version
        else:
            self._peers[name] = (version, dial_peers(text))
