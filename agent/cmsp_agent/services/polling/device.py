"""One device: asks it once and says what it answered. `poller` says when; the pipeline judges the outcome."""

import asyncio
import logging
from dataclasses import replace

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import LONGEST_POLL, Component, ReachPlan, Threshold
from cmsp_agent.model.entitlement import ServicePart, gets
from cmsp_agent.model.errors import (
    AuthenticationRejected,
    ConfigurationError,
    DeviceError,
    DeviceUnreachable,
    NotPermittedHere,
)
from cmsp_agent.model.signal import PollSignal
from cmsp_agent.pipeline.poll_judge import answered
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.devices.reading import read_device_facts
from cmsp_agent.services.polling.call_history import CallReader
from cmsp_agent.services.polling.config_times import config_times
from cmsp_agent.services.polling.device_starts import StartMemory
from cmsp_agent.services.polling.failed_polls import PollTrouble
from cmsp_agent.services.polling.interface_names import BOTH, InterfaceNames
from cmsp_agent.services.polling.inventory_due import FactsHandedOn, Learned, LearningTimes
from cmsp_agent.services.polling.plan import Plan
from cmsp_agent.services.polling.probe import DeviceSession, MakeSession, probe
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.reachability import Patience, Reachability
from cmsp_agent.services.polling.restarts import counters_went_on, refuse_another, restart_of
from cmsp_agent.services.polling.samples import Answers, StateReader, samples
from cmsp_agent.services.polling.seen_well import WellMemory
from cmsp_agent.services.polling.service_checks import ServiceJudge
from cmsp_agent.services.polling.slow_tables import MOST_ROWS, SlowTables
from cmsp_agent.services.polling.snmp_access import PATIENCE, Access
from cmsp_agent.services.polling.spare_columns import with_spares
from cmsp_agent.services.polling.thresholds import CrossedThresholds, Limits
from cmsp_agent.services.polling.uptime import Uptime

log = logging.getLogger(__name__)


class Device:
    """What polling remembers of one component between two polls."""

    def __init__(
        self,
        component: Component,
        devices: Devices,
        reachability: Reachability,
        make_session: MakeSession,
        learned: Learned,
        clock: Clock,
        counters: Counters,
        well: WellMemory,
        starts: StartMemory,
    ) -> None:
        self.component = component
        self._devices = devices
        self._reachability = reachability
        self._clock = clock
        self._counters = counters
        self._access = Access(component, make_session, lambda: devices.facts(component.name), clock)
        self._facts = FactsHandedOn(component.name, devices, self._access, learned, counters)
        self._unanswered = 0
        self._plan: Plan | None = None
        self._planned_for: DeviceType | None = None
        self._learning = LearningTimes()
        self._starts = starts
        self._uptime = starts.of(component.name, component.addresses)
        self._rates = Rates()
        self._crossed = CrossedThresholds()
        self._services = ServiceJudge()
        self._well = well
        self._states = StateReader(well.of(component.name, component.addresses))
        self._trouble = PollTrouble(component.name)
        self._alive = False
        self._names = InterfaceNames(known.interfaces if (known := devices.facts(component.name)) else {})
        self._calls = CallReader()
        self.tables = SlowTables(
            clock, self._access.another, lambda session: read_device_facts(session, devices.registry, self._names.names)
        )
        self._figures = gets(component, ServicePart.KPIS)
        self._limits = Limits(component, wanted=self._figures)

    async def poll(self) -> PollSignal:
        """Ask once by every way; never raises for what a device does or does not answer."""
        nothing = PollSignal(self.component.name, self._clock.now(), reason="" if self.component.addresses else "name")
        if nothing.reason:
            return nothing
        began, check = self._clock.monotonic(), self._reachability.check(*self._ways())
        async with asyncio.TaskGroup() as both:
            reaching, asking = both.create_task(check), both.create_task(self._ask(nothing))
        reach, signal = reaching.result(), asking.result()
        if not answered(replace(signal, icmp=reach.icmp, tcp=reach.tcp)):
            reach = await self._reachability.again(reach, *self._ways(self._clock.monotonic() - began))
        now = self._clock.now()
        beside = {**reach.figures, **reach.services.figures(now)} if self._figures else {}
        figures = {**signal.samples, **beside}
        reachable = bool(reach.icmp or reach.tcp or signal.snmp)
        # what answers nothing at all is down: that is no loss of packets on the way to it
        judged = figures if reachable else signal.samples
        crossed = self._crossed.judge(self.thresholds, judged, self._clock.monotonic(), self.plan.unsupported)
        self._unanswered = 0 if reachable else self._unanswered + 1
        of_services = self._services.states(reach.services, now, reachable=reachable)
        if not reach.asked and signal.snmp is None and not signal.reason:
            signal = replace(signal, reason="not permitted here", detail=reach.not_permitted)
        elif not signal.reason and (host := self._devices.lost_name(self.component.name)):
            signal = replace(signal, reason="stale name", detail=host)
        signal = replace(signal, loss=self._access.take_loss(reach.loss), samples=figures)
        return replace(signal, icmp=reach.icmp, tcp=reach.tcp, states=(*signal.states, *of_services, *crossed))

    def lose_patience(self) -> None:
        """A person asks for a poll: what was refused or failed, and waits for its time, is tried again at once."""
        self._access.at_once()
        self._learning.at_once()

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The thresholds in force, each with its origin."""
        return self._limits.by(self._kind())

    @property
    def known(self) -> frozenset[str]:
        """The KPIs and the types of faults that it gives by SNMP."""
        return frozenset((*(each.kpi.name for each in self.plan.kpis), *self._states.there))

    @property
    def plan(self) -> Plan:
        """What it is asked; nothing before it was probed."""
        return self._plan or Plan()

    @property
    def budget(self) -> float:
        """Seconds that one poll may take: less than the interval, so that a slow device is asked by one poll only."""
        plan = self.component.poll
        return max(min(plan.every * 0.9, LONGEST_POLL), plan.timeout)

    def _ways(self, spent: float = 0.0) -> tuple[str, ReachPlan, Patience, str | None]:
        """Patiently; what was silent for long is asked once, until it answers again."""
        plan, ways, retries = self.component.poll, self.component.reach, self.component.poll.retries
        if self._unanswered >= PATIENCE:
            ways, retries = replace(ways, echoes=1), 0
        patience = Patience(plan.timeout, retries, self.budget - spent)
        return self.component.address, ways, patience, self.component.source or None

    async def _ask(self, nothing: PollSignal) -> PollSignal:
        if self.component.credentials.snmp is None or not self._kind().snmp:
            return nothing
        if why := self._access.left_alone:
            return replace(nothing, snmp=False, reason="authentication", detail=why)
        self._alive = False
        try:
            async with asyncio.timeout(self.budget):
                session = await self._access.begin()
                self._alive = self._access.probed
                signal = await self._ask_snmp(session, nothing)
                await self._facts.hand_on_oddities(session, self._clock.now())
                return signal
        except (TimeoutError, DeviceUnreachable) as error:
            if not self._alive and isinstance(error, DeviceUnreachable):  # the poll may have time left
                self._alive = await self._access.answers_little()
            self._access.silent(partly=self._alive)
            return self._failed(nothing, "silent", error)
        except AuthenticationRejected as error:
            self._access.rejected(str(error))
            return self._failed(nothing, "authentication", error)
        except NotPermittedHere as error:
            return replace(self._failed(nothing, "not permitted here", error), snmp=None)
        except DeviceError as error:
            return self._failed(nothing, "invalid", error)
        except (ValueError, ConfigurationError) as error:
            return replace(self._failed(nothing, "credentials", error), snmp=None)

    def _kind(self) -> DeviceType:
        return self._devices.device_type(self.component.name)

    async def _ask_snmp(self, session: DeviceSession, nothing: PollSignal) -> PollSignal:
        plan, component = self.plan, self.component
        scalars = await session.get(*plan.scalars)
        self._alive = True
        self._access.answered()
        uptime, before = Uptime.of(scalars, self._clock.monotonic()), self._uptime
        self._uptime = uptime
        if self._must_learn(uptime, before, restarted := uptime.restarted(before)):
            plan = await self._learn(session, restarted=restarted)
            await self._starts.keep(component.name, uptime, component.address)
            scalars = await session.get(*plan.scalars)
        plan, apart, rates = self._parts(plan)
        started = self._clock.monotonic()
        asked = dict.fromkeys((*plan.columns, *self._names.columns))
        with self.tables.watched():
            columns = await session.columns(*asked, limit=MOST_ROWS) if asked else {}
        await refuse_another(session, plan.base, uptime, self._clock, walked=bool(columns))
        answers = Answers(scalars, columns, (started + self._clock.monotonic()) / 2)
        self._plan = with_spares(self.plan, answers)
        if restarted and (restarted := not counters_went_on(before, plan, answers, rates)):
            self._rates.restart()
            self.tables.rates.restart()
        if self._names.read(columns, restarted=restarted):
            await self._numbered_anew()
        figures = samples(plan, answers, rates, self._interface, self._names.unsure)
        figures |= self.tables.figures(apart, self._rates)
        ended = await self._calls.read(session, plan, uptime, nothing.received_at, self._interface)
        states = self._states.states(plan, answers, self._interface)
        if self._states.grown:
            self._states.grown = not await self._well.keep(component.name, self._states.seen_well, component.address)
        if restarted:
            states = (*states, await restart_of(session, nothing.component, uptime, nothing.received_at))
        reason = "no figures" if self.plan.is_bare(self._kind()) else ""
        reason = "partial" if (trouble := self._learning.trouble or self.tables.trouble) else reason
        self._trouble.note(trouble)
        tables, rules = self._states.tables, self._kind().states if self._figures else ()
        lacking = () if reason else tables.lacking(rules, self._states.there, answers.at)
        self._learning.before_long(wanted=tables.misses_one)
        return replace(
            self._names.added_to(self._states.added_to(nothing)),
            snmp=True,
            states=states,
            configuration=config_times(plan, scalars, nothing.received_at),
            lacking=lacking,
            unmeasured=self.plan.unsupported,
            samples={**figures, **self._calls.figures(nothing.received_at)},
            calls=ended,
            reason=reason,
            detail=trouble,
        )

    def _parts(self, plan: Plan) -> tuple[Plan, Plan, Rates]:
        """The plan of this poll, the tables that are read beside it, and the counters of the plan."""
        return (*plan.parts, self.tables.rates) if self.tables.slow else (plan, Plan(), self._rates)

    async def _numbered_anew(self) -> None:
        """Interfaces came, went, or have other numbers: names count at once, the rest is read again before long."""
        self._states.rename(self._names.better, self._names.renamed)
        facts = self._devices.facts(self.component.name)
        if facts is not None:
            log.info("the device numbers its interfaces anew (ifIndex)", extra={"component": self.component.name})
            await self._facts.hand_on(self._names.as_called(facts))
        self._learning.before_long()

    def _must_learn(self, uptime: Uptime, before: Uptime, restarted: bool) -> bool:
        due = self._learning.due(self._clock.monotonic(), changed=uptime.changed(before))
        return restarted or due or self._planned_for is not self._kind()

    async def _learn(self, session: DeviceSession, *, restarted: bool) -> Plan:
        """Who is it, and what does it have? A component that is only monitored is asked for no figures."""
        began = self._clock.monotonic()
        facts = self.tables.take_inventory()
        if facts is None and self.tables.slow_inventory:
            self.tables.ask_for_inventory()
            return await self._learn_who(session)
        self._learning.begin(began)
        self._planned_for = self._planned_for or self._kind()
        facts = facts or await self.tables.inventory(session)
        self._names.learn(facts, restarted=restarted)
        self.tables.learn(facts)
        self._states.rename(self._names.better, self._names.renamed)
        await self._facts.hand_on(self._facts.as_seen(facts, session))
        kind = self._kind()
        plan = self._plan = await probe(session, kind) if self._figures else Plan()
        self._planned_for = kind
        await self._facts.hand_on(self._facts.as_seen(facts, session))
        self._learning.done(began, unsaved=self._facts.unsaved)
        probed = {"component": self.component.name, "type": kind.name, "kpis_not_supported": len(plan.unsupported)}
        log.info("device probed", extra=probed)
        return plan

    async def _learn_who(self, session: DeviceSession) -> Plan:
        """What a device has whose inventory takes longer than a poll: its faults are watched until that is read."""
        if self._plan is not None:
            return self._plan
        if self._devices.facts(self.component.name) is None:
            facts = await read_device_facts(session, self._devices.registry, whole=False)
            await self._facts.hand_on(self._facts.as_seen(facts, session))
        kind = self._planned_for = self._kind()
        plan = self._plan = await probe(session, kind) if self._figures else Plan()
        self._names.columns, self.tables.slow = BOTH, True
        return plan

    def _interface(self, index: str) -> str:
        """The name of an interface. One that is not known yet has the names read anew before long."""
        name = self._names.known(index)
        if name is None:
            self._learning.before_long()
        return name or f"ifIndex {index}"

    def _failed(self, nothing: PollSignal, reason: str, error: Exception) -> PollSignal:
        """What a poll that went wrong says. A device that gave its uptime is alive, whatever became of the rest."""
        why = "partial" if self._alive else reason
        self._counters.add("polls.partial" if self._alive else "polls.failed", key=reason)
        said = str(error) or f"no complete answer in {self.budget:g} s"
        detail = self._learning.failed(said) if self._alive else said
        self._trouble.note(f"{why}: {detail}")
        return replace(nothing, snmp=self._alive, reason=why, detail=detail)
