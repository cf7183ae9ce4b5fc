"""Looks at the call paths to emergency numbers, and says when a site has lost the last one."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.model.backup import Backup
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.pipeline.built_in import COMPONENT_DOWN
from cmsp_agent.pipeline.impact import EMERGENCY
from cmsp_agent.services.backups import Backups
from cmsp_agent.services.devices.translation import TranslationRule, incoming_rules, rejecting
from cmsp_agent.services.devices.voice_plan import blocks_of
from cmsp_agent.services.emergency.call_paths import CallPath, CallPathsState, NumberCallPaths, call_paths_of
from cmsp_agent.services.emergency.dial_plan import DialPeer, dial_peers, dialled_for
from cmsp_agent.services.emergency.sent_digits import rejected
from cmsp_agent.services.events.conditions import Conditions

log = logging.getLogger(__name__)

SETTLE = 2.0
"""Seconds after a change until the next look: what happens together is looked at together."""
IDLE = 300.0
"""Seconds between two looks where nothing changes."""

NumbersOfSites = Mapping[str, Sequence[str]]
"""Site → its emergency numbers."""


@dataclass(frozen=True, slots=True)
class DialPlan:
    """What was read of a gateway's configuration."""

    version: str
    peers: Sequence[DialPeer]
    profiles: Sequence[Sequence[TranslationRule]] = ()
    """How numbers are translated on their way in."""
    rejects: Sequence[tuple[str, Sequence[str]]] = ()
    """Profiles by which calls that come in are blocked, and what they reject."""

    @property
    def is_whole(self) -> bool:
        """All patterns of its dial-peers are known."""
        return all(peer.patterns or peer.shutdown for peer in self.peers)


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
        self._wakeup = Wakeup(clock)
        self._plans: dict[str, DialPlan] = {}
        """Component → what its latest version says."""
        self._had: dict[str, dict[str, str]] = {}
        """Component → the numbers to which it has, or had, a call path, and what was dialled for them."""
        self._unreadable: dict[str, str] = {}
        """Component → the version that could not be read, as the log says already."""
        self._outdated = True
        """A version may be newer than the one that was read."""

    def use(self, numbers: NumbersOfSites) -> None:
        """Watch the call paths to these numbers from now on."""
        self._numbers = numbers
        self._outdated = True
        self._wakeup.wake()

    def changed(self, _: Changes) -> None:
        """Alarms changed."""
        self._wakeup.wake()

    def saved(self, _: str) -> None:
        """The saved configurations of a component changed."""
        self._outdated = True
        self._wakeup.wake()

    async def run(self) -> NoReturn:
        """Look when something changed, until cancelled."""
        while True:
            try:
                self.settle(await self.call_paths())
            except AgentError as error:
                log.warning("the call paths to emergency numbers are not known", extra={"reason": str(error)})
            if await self._wakeup.wait(IDLE):
                await self._clock.sleep(SETTLE)

    async def call_paths(self) -> list[NumberCallPaths]:
        """The call paths of each site to each of its numbers, by site and number.

        Raises:
            StorageError: the list of configurations can't be read.
        """
        if self._outdated:
            await self._read()
        down = self._down()
        return [
            self._call_paths(site, gateways, number, down)
            for site, gateways in self._gateways().items()
            for number in self._numbers[site]
        ]

    def _call_paths(
        self, site: str, gateways: Sequence[Component], number: str, down: Mapping[str, Event]
    ) -> NumberCallPaths:
        plans = {each.name: self._plans[each.name] for each in gateways if each.name in self._plans}
        dialled = {name: self._dialled(name, plan, number) for name, plan in plans.items()}
        paths = (
            self._paths_of(name, plan, dialled[name], number, down) for name, plan in plans.items() if dialled[name]
        )
        read = [plan for plan in plans.values() if plan.peers]
        unread = [each for each in gateways if EMERGENCY in each.functions and each.name not in plans]
        return NumberCallPaths(
            site,
            number,
            list(chain.from_iterable(paths)),
            had=next((each.name for each in gateways if number in self._had.get(each.name, ())), ""),
            known=bool(read) and not unread and all(plan.is_whole for plan in read),
        )

    def _paths_of(
        self, name: str, plan: DialPlan, dialled: str, number: str, down: Mapping[str, Event]
    ) -> Iterator[CallPath]:
        blocked = rejected(dialled, plan.rejects)
        for path in call_paths_of(name, plan.peers, dialled, self._alarms(name), down, number):
            yield replace(path, doubt=f"{blocked} rejects it where it blocks calls") if blocked else path

    def _dialled(self, name: str, plan: DialPlan, number: str) -> str:
        """What is dialled at a gateway for a number: as it was once known; empty: no dial-peer ever took it."""
        had = self._had.setdefault(name, {})
        if had.get(number) != number and (now := dialled_for(number, plan.peers, plan.profiles)):
            had[number] = now
        return had.get(number, "")

    def _down(self) -> dict[str, Event]:
        """Address → the alarm of the component with that address that is down."""
        return {
            address: alarm
            for component in self._components().values()
            for alarm in self._alarms(component.name)
            if alarm.type == COMPONENT_DOWN
            for address in component.addresses
        }

    def _gateways(self) -> dict[str, list[Component]]:
        """The sites with emergency numbers, each with its components, in the order of their names."""
        found: dict[str, list[Component]] = {site: [] for site, numbers in sorted(self._numbers.items()) if numbers}
        for _, component in sorted(self._components().items()):
            if component.site in found:
                found[component.site].append(component)
        return found

    def settle(self, found: Sequence[NumberCallPaths]) -> None:
        """Raise and clear: one alarm for each number of a site, at the gateway whose call path was the best one."""
        now = {
            (each.call_paths[0].component if each.call_paths else each.had, f"{each.number} at {each.site}"): (
                f"no call path to {each.number} from {each.site} works: {each.why}"
            )
            for each in found
            if each.state is CallPathsState.LOST
        }
        self._conditions.settle(now, "a call path to the emergency number works again")

    async def _read(self) -> None:
        """Read the configurations that were saved since the last look."""
        self._outdated = False
        wanted = [each.name for gateways in self._gateways().values() for each in gateways]
        try:
            latest = await self._backups.latest_of(wanted)
        except AgentError:
            self._outdated = True
            raise
        self._plans = {name: known for name, known in self._plans.items() if name in latest}
        self._had = {name: numbers for name, numbers in self._had.items() if name in wanted}
        for name, backup in latest.items():
            known = self._plans.get(name)
            if known is None:
                await self._remember(backup)
            if known is None or known.version != backup.id:
                await self._learn(backup)
        # what could not be read is tried again at the next look
        self._outdated = any(name not in self._plans or self._plans[name].version != latest[name].id for name in latest)

    async def _remember(self, latest: Backup) -> None:
        """Which numbers the version before had call paths to: the last one may have gone while the agent was off."""
        name = latest.component
        component = self._components().get(name)
        numbers = self._numbers.get(component.site, ()) if component else ()
        for before in (await self._backups.versions(name, 2))[1:]:
            if (plan := await self._plan(before)) is not None:
                for number in numbers:
                    self._dialled(name, plan, number)

    async def _learn(self, backup: Backup) -> None:
        plan = await self._plan(backup)
        if plan is not None:
            self._plans[backup.component] = plan

    async def _plan(self, backup: Backup) -> DialPlan | None:
        try:
            text = await self._backups.content(backup.component, backup.id, redacted=False)
        except AgentError as error:
            if self._unreadable.get(backup.component) != backup.id:
                log.info("a configuration can't be read", extra={"component": backup.component, "reason": str(error)})
            self._unreadable[backup.component] = backup.id
            return None
        blocks = blocks_of(text)
        return DialPlan(backup.id, dial_peers(blocks), incoming_rules(blocks), rejecting(blocks))
