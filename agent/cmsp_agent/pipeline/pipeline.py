"""The pipeline put together: signals and the alarm state in, a draft with its changes out. Pure; the caller commits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.nearest import no_such
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import NotFound
from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_facts import ReportedFault
from cmsp_agent.model.renaming import UNCHANGED
from cmsp_agent.model.signal import Message, PollSignal, Signal, SyslogSignal, TrapSignal
from cmsp_agent.pipeline.acknowledgement import is_suppressed
from cmsp_agent.pipeline.activation import ACTIVE, ActivationPlan, BeforeActivation
from cmsp_agent.pipeline.alarm_state import AlarmState, Draft
from cmsp_agent.pipeline.bursts import Bursts
from cmsp_agent.pipeline.causes import Causes
from cmsp_agent.pipeline.correlate import Correlator
from cmsp_agent.pipeline.device_order import DeviceOrder
from cmsp_agent.pipeline.endings import say_how_they_end
from cmsp_agent.pipeline.flapping import Flapping
from cmsp_agent.pipeline.impact import Assessor, Customer
from cmsp_agent.pipeline.lost_together import Losses
from cmsp_agent.pipeline.never_used import NeverUsed
from cmsp_agent.pipeline.normalise import Inventory, Normaliser
from cmsp_agent.pipeline.planned_changes import PlannedChanges
from cmsp_agent.pipeline.poll_judge import PollJudge
from cmsp_agent.pipeline.privacy import hides, incident_without_people
from cmsp_agent.pipeline.retire import Retirement, forget
from cmsp_agent.pipeline.reviews import Reviews
from cmsp_agent.pipeline.rules.filtering import RuleFilter
from cmsp_agent.pipeline.rules.joining import Joining
from cmsp_agent.pipeline.rules.rule import NO_RULES, Rules
from cmsp_agent.pipeline.rules.timing import ClearDelay, Counting, Waiting
from cmsp_agent.pipeline.silences import NONE, Silences
from cmsp_agent.pipeline.stage import Stage, run
from cmsp_agent.pipeline.tier_filter import TierFilter
from cmsp_agent.pipeline.time_window import TimeWindow
from cmsp_agent.pipeline.topology import Topology
from cmsp_agent.pipeline.triage import STABILITY, Triage
from cmsp_agent.pipeline.unit_names import by_one_name
from cmsp_agent.pipeline.withdraw import withdraw


class Pipeline:
    """normalise → filter → time → correlate → incidents, by the rules of the configuration it was built for.

    Signals become events: messages in `normalise`, polls in `poll_judge`; `device_order` orders them as the device did.
    Then each event passes the stages of `_stages` in this order:

    - filter: `tier_filter`, `never_used`, `planned_changes`, `activation`, `bursts`, `rules.filtering`;
    - time: `rules.timing` (N in T), `time_window`, `flapping`, `rules.timing` (delayed clear);
    - correlate: `rules.joining` (group, sequence), `correlate` (one alarm a fault, inhibited by its cause);
    - incidents: `triage`, which asks `members`, `lost_together`, `impact` and `incident_summary`.
    """

    def __init__(
        self,
        components: Mapping[str, Component],
        customer: Customer,
        inventory: Inventory,
        counters: Counters,
        *,
        mask_personal: bool = True,
        rules: Rules = NO_RULES,
        silences: Silences = NONE,
        stability: int = STABILITY,
        activation: ActivationPlan = ACTIVE,
        new_id: NewId = uuid7,
    ) -> None:
        self._mask_personal, self.rules, self._silences = mask_personal, rules, silences
        self._topology = Topology(components)
        self._normalise = Normaliser(components, inventory, counters, new_id=new_id)
        causes = Causes(self._topology)
        self._observe = PollJudge(components, self._normalise, causes)
        self._in_order = DeviceOrder(counters)
        self._retire, self._joining = Retirement(components, self._normalise, new_id), Joining(rules, counters)
        self._flapping, self._correlate = Flapping(counters, rules.thresholds, new_id), Correlator(causes, counters)
        assessor = Assessor(self._topology, causes, customer, self._normalise)
        self._losses = Losses(self._topology, assessor, rules.storm)
        self._waiting, self._clear_delay = Waiting(rules), ClearDelay(rules, counters, new_id)
        self._triage = Triage(
            self._normalise,
            Reviews(self._topology, assessor),
            assessor,
            self._losses,
            self._waiting,
            silences,
            stability,
            new_id=new_id,
        )
        self._stages: Sequence[Stage] = (
            TierFilter(components, counters),
            NeverUsed(counters),
            PlannedChanges(silences),
            BeforeActivation(activation),
            Bursts(self._normalise.alarm),
            RuleFilter(rules, assessor.takes_emergency, counters),
            Counting(rules),
            TimeWindow(counters),
            self._flapping,
            self._clear_delay,
            self._joining,
            self._correlate,
            self._triage,
        )

    def process(self, alarm_state: AlarmState, signals: Iterable[Signal], now: int) -> Draft:
        """The alarm state after the signals, one after the other, and what they make known."""
        draft = Draft(alarm_state, now)
        for signal in signals:
            if isinstance(signal, PollSignal):
                for before, now_called in self._correlate.rename(draft, signal):
                    self._triage.renamed(draft, before, now_called)
            events = self._events(draft, signal)
            draft.reported.append((signal, [event.key for event in events if event.state is not Transition.INFO]))
            self._judge(draft, self._in_order(draft, signal, events))
            if isinstance(signal, SyslogSignal | TrapSignal):
                draft.changes.messages += _with_ids(draft, events, signal)
            if isinstance(signal, PollSignal):
                self._triage(draft, list(self._correlate.judge_again(draft, signal.component)))
        if draft.concerned:
            self._triage.review(draft)
        return draft

    def meaningful(self, signals: Iterable[Signal]) -> list[Signal]:
        """Without those of no meaning, where that is seen at once: nearly a tenth of what is sent. They are counted."""
        return self._normalise.meaningful(signals)

    def outward(self, event: Event) -> Event:
        """The event as it may leave the site: personal data masked unless the order permits it."""
        return self._normalise.outward(event) if self._mask_personal else event

    def outward_incident(self, incident: Incident) -> Incident:
        """The incident as it may leave the site, likewise."""
        return incident_without_people(incident) if self._mask_personal else incident

    def outward_text(self, component: str, text: str) -> str:
        """What a component printed, a configuration or a table, as it may leave the site."""
        return self._normalise.meanings(component).mask.printed(text) if self._mask_personal else text

    def silenced_by(self, alarm: Event, now: int) -> str:
        """The silence or window that an alarm is in, for people; empty: none."""
        return self._silences.described(alarm, now)

    def is_muted(self, alarm_state: AlarmState, incident: Incident, now: int) -> bool:
        """Whether people silenced, or suppressed, all alarms of the incident that hold."""
        if not self._silences.any_mutes(now):
            return False
        keys = (alarm_state.active.key_of(each) for each in alarm_state.members.get(incident.id, ()))
        held = [alarm for key in keys if key and (alarm := alarm_state.active[key]).suppressed_by is None]
        return bool(held) and all(self._silences.mutes(each, now) or is_suppressed(each, now) for each in held)

    def reassess(self, alarm_state: AlarmState, now: int, renamed: Mapping[str, str] = UNCHANGED) -> Draft:
        """The same alarm state under these rules: after a start or a reload, which may have taken components away.

        Args:
            alarm_state: what holds.
            now: ms since the epoch.
            renamed: components that are called otherwise now: name before → name now.
        """
        draft = Draft(alarm_state, now)
        self._flapping.recall(draft)
        self._clear_delay.recall(draft)
        self._joining.recall(draft)
        handed_on = self._retire.handed_on(draft, renamed)
        retired = self._correlate(draft, list(self._retire(draft, renamed)))
        withdraw(draft, retired)
        forget(draft, {*renamed, *renamed.values()})
        self._correlate(draft, handed_on)
        self._correlate.hide_anew(draft)
        self._losses.recall(draft)
        say_how_they_end(draft, self._normalise)
        self._triage.review_all(draft)
        return draft

    def end(self, alarm_state: AlarmState, alarm: Event, clear: Event, now: int) -> Draft:
        """A person ends an alarm by this clear of it; the next report of the fault raises it again."""
        draft = Draft(alarm_state, now)
        draft.flaps.drop(alarm.key)
        run((self._correlate, self._triage), draft, [clear])
        # the fault need not be over: what reports it at once is no late duplicate, and a poll that shows it is not old
        for remembered in (draft.ended, draft.ended_at, draft.last_reports):
            remembered.drop(alarm.key)
        self._triage.review(draft)
        return draft

    def mark(self, alarm_state: AlarmState, alarm: Event, now: int) -> Draft:
        """A person says something of an alarm that holds; its incident is weighed anew."""
        draft = Draft(alarm_state, now)
        draft.active.put(alarm.key, alarm)
        draft.changes.revise(alarm, tell=True)
        self._triage(draft, (alarm,))
        self._triage.review(draft)
        return draft

    def report(self, alarm_state: AlarmState, report: ReportedFault, now: int) -> tuple[Draft, str]:
        """The incident that a person reports, by its id.

        Raises:
            NotFound: a component that is not in the configuration.
        """
        unknown = [name for name in report.components if name not in self._topology.components]
        if unknown:
            known = self._topology.components
            raise NotFound(no_such("component", unknown[0], known))
        draft = Draft(alarm_state, now)
        return draft, self._triage.report(draft, report).id

    def elapse(self, alarm_state: AlarmState, now: int) -> Draft:
        """What the passing of time alone brings: what flapped is quiet, a window ends, the restored is resolved."""
        draft = Draft(alarm_state, now)
        over = [*self._flapping.quiet(draft), *self._clear_delay.due(draft)]
        run((self._joining, self._correlate, self._triage), draft, over)
        self._triage(draft, self._triage.held_back_no_more(draft))
        if draft.concerned:
            self._triage.review(draft)
        self._triage.weigh_put_off(draft)
        self._triage.resolve_due(draft)
        return draft

    def weigh(self, alarm_state: AlarmState, now: int) -> Draft:
        """The large incidents as they are by now: one change of many is weighed with the others that follow it."""
        draft = Draft(alarm_state, now)
        self._triage.weigh_put_off(draft)
        return draft

    def replay(self, alarm_state: AlarmState, events: Sequence[Event], now: int) -> Draft:
        """The alarm state after events that were recorded: judged again by these rules, without their signals."""
        draft = Draft(alarm_state, now)
        for event in events:
            self._judge(draft, (event,))
        if draft.concerned:
            self._triage.review(draft)
        self._triage.weigh_put_off(draft)
        return draft

    def _judge(self, draft: Draft, events: Sequence[Event]) -> None:
        run(self._stages, draft, events)
        if draft.reached:
            self._triage(draft, self._waiting.reached(draft))
            draft.reached.clear()

    def _events(self, draft: Draft, signal: Signal) -> list[Event]:
        if isinstance(signal, PollSignal):
            return list(self._observe(draft, signal))
        return list(by_one_name(draft, list(self._normalise(signal))))


def _with_ids(draft: Draft, events: Iterable[Event], message: Message) -> Iterator[tuple[str, Message]]:
    """The message by the events that are new; and by those that it was folded into, where it holds a secret."""
    for event in events:
        if event.id in draft.changes.new:
            yield event.id, message
        elif hides(event) and (known := draft.active.get(event.key) or draft.ended.get(event.key)):
            yield known.id, message
