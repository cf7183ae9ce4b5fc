"""Watches the appliance's own link and next hop. While they are gone, unanswered polls say nothing about a device.

Decides *isolated* or not; the pipeline draws the consequences.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.model.signal import AgentSignal, PollSignal, Signal
from cmsp_agent.pipeline.poll_judge import OWN_LINK, answered
from cmsp_agent.services.events.notices import RecordSignal

log = logging.getLogger(__name__)

LOOK = 2.0
"""Seconds between two looks while something is in doubt."""
CALM_LOOK = 10.0
"""Seconds between two looks while nothing is; a poll without an answer does not wait for the next one."""
UNANSWERED_LOOKS = 2
"""Silent looks in a row after which a next hop that used to answer is lost."""
SEVERAL = 2
"""Components that must all be silent, together with the next hop, to speak against us and not against them."""
MOST_ASKED = 3
"""Components that are asked, of those that answered their last polls, whether a silent next hop cuts us off."""
FRESH = 0.25
"""Seconds for which one look serves all devices that fall silent together."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the outside: link → has carrier (None: can't be seen), next hop → answered (None: not asked)."""

    links: Mapping[str, bool | None]
    hops: Mapping[str, bool | None]
    any_answer: bool = False
    """A device answered a poll since the last look: whatever the tracked hops say, we are connected."""
    routed: bool = True
    """The kernel has a route to at least one component."""
    none_answers: bool = False
    """Every one of several components was silent when it was last polled."""
    all_answered: bool = False
    """None was silent when it was last polled: that a next hop is silent speaks against that hop alone."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is believed, and why."""

    isolated: bool = False
    reason: str = ""
    unanswered: Mapping[str, int] = field(default_factory=dict)
    """Next hops that answered once, and for how many looks they have been silent since."""
    inherited: bool = False
    """The last run was isolated when it ended, and nothing was seen yet that says otherwise."""

    @property
    def calm(self) -> bool:
        """Connected, and each next hop that answered once still answers."""
        return not self.isolated and not self.inherited and not any(self.unanswered.values())

    def after(self, look: Look) -> "Verdict":
        """The verdict after one more look. A hop that never answered (a firewall) is not tracked."""
        if self.inherited and not (look.any_answer or look.links or look.hops):
            return self  # the routes went with the cable
        unanswered = {
            hop: 0 if answered else self.unanswered.get(hop, UNANSWERED_LOOKS) + 1
            for hop, answered in look.hops.items()
            if answered or (answered is False and (hop in self.unanswered or self.inherited))
        }
        # one that could not be asked is remembered; one that others were asked instead of is next hop no more
        unasked = {hop: count for hop, count in self.unanswered.items() if look.hops.get(hop) is None}
        unanswered |= {hop: count for hop, count in unasked.items() if hop in look.hops or not look.hops}
        if look.any_answer:
            # a hop that is silent while devices answer is not tracked until it answers again
            return Verdict(unanswered={hop: 0 for hop, count in unanswered.items() if count < UNANSWERED_LOOKS})
        links = list(look.links.values())
        if links and all(carrier is False for carrier in links):
            return Verdict(True, f"no link on {', '.join(look.links)}", unanswered)
        if not look.routed:
            return Verdict(True, "no route to any component", unanswered)
        lost = [hop for hop, count in unanswered.items() if count >= UNANSWERED_LOOKS]
        if unanswered and len(lost) == len(unanswered) and not look.all_answered:
            return Verdict(True, f"next hop {', '.join(lost)} does not answer", unanswered)
        asked = [reply for reply in look.hops.values() if reply is not None]
        if look.none_answers and asked and not any(asked):
            return Verdict(True, f"no component answers, nor does next hop {', '.join(look.hops)}", unanswered)
        return Verdict(unanswered=unanswered)


HopPing = Callable[[str], Awaitable[bool]]
"""Whether an address answered an ICMP echo; raises NotPermittedHere."""


class Outside(NamedTuple):
    """What there is to look at."""

    links: Mapping[str, bool | None]
    """The links that lead to the site, with their carrier."""
    hops: Collection[str]
    """The next hops to ask."""
    components: Mapping[str, str]
    """All that are polled, each with its address; empty where its name leads nowhere."""
    routed: bool = True
    """The kernel has a route to at least one of them, or there are none."""


Links = Callable[[], Outside]


class Isolation:
    """Looks, decides and reports each change.

    Args:
        links: what there is to look at.
        ping: asks a next hop.
        record: records the edge.
        held: whether it is on record that the appliance is isolated; the last run may have ended so.
        clock: time.
    """

    def __init__(
        self, links: Links, ping: HopPing, record: RecordSignal, held: Callable[[], bool], clock: Clock
    ) -> None:
        self._links = links
        self._ping = ping
        self._record = record
        self._held = held
        self._clock = clock
        self.verdict = Verdict(held(), inherited=held())
        self._any_answer = False
        self._answers: dict[str, bool | None] = {}
        """Component → whether its last poll was answered; None: it asked nothing."""
        self._looking = asyncio.Lock()
        self._looked_at = float("-inf")

    async def before_judging(self, signals: Sequence[Signal]) -> None:
        """Take note of the polls' answers; where one is missing, look at ourselves before the poll is judged.

        Without that, devices that are polled every second would be down before our own cable is seen.
        """
        polls = [signal for signal in signals if isinstance(signal, PollSignal)]
        self._answers.update((poll.component, answered(poll) if asked_anything(poll) else None) for poll in polls)
        replies = [answered(poll) for poll in polls]
        self._any_answer = self._any_answer or any(replies)
        if not all(replies):
            async with self._looking:
                if self._clock.monotonic() - self._looked_at >= FRESH:
                    await self._look(tracked_only=True)

    def with_reason(self, poll: PollSignal) -> PollSignal:
        """The poll; while the appliance is isolated, with that as the reason why it was not answered."""
        if not self.verdict.isolated or answered(poll) or not asked_anything(poll):
            return poll
        return replace(poll, reason=OWN_LINK, detail=self.verdict.reason)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(CALM_LOOK if self.verdict.calm else LOOK)

    async def look(self) -> None:
        """Look once; report where the verdict changed."""
        async with self._looking:
            await self._look()

    async def _look(self, *, tracked_only: bool = False) -> None:
        """Hops that never answered are left out where somebody waits for the verdict."""
        links, hops, components, routed = self._links()
        verdict = self.verdict
        everybody = not tracked_only or verdict.inherited or self._none_answers(components)
        wanted = [hop for hop in hops if everybody or hop in verdict.unanswered]
        # without a link nothing can answer: asking would only take time
        cut = bool(links) and all(carrier is False for carrier in links.values())
        asked = {} if cut else await self._all_asked(wanted)
        self._looked_at = self._clock.monotonic()
        any_answer, self._any_answer = self._any_answer or await self._others_answer(asked, components), False
        none_answers, all_answered = self._none_answers(components), self._all_answered(components)
        self.verdict = verdict.after(Look(links, asked, any_answer, routed, none_answers, all_answered))
        if self._held() != self.verdict.isolated:
            await self._announce()

    async def _others_answer(self, hops: Mapping[str, bool | None], components: Mapping[str, str]) -> bool:
        """Whether one that answered its last poll answers now that the tracked next hops are silent.

        Another component and a next hop may fall silent at the same time, each for reasons of its own.
        """
        tracked = [answered for hop, answered in hops.items() if hop in self.verdict.unanswered]
        if not tracked or any(answered is not False for answered in tracked):
            return False
        answering = [address for name, address in components.items() if address and self._answers.get(name)]
        replies = await self._all_asked(answering[:MOST_ASKED])
        return any(replies.values())

    def _none_answers(self, components: Collection[str]) -> bool:
        """Whether each was polled and silent; those that can't be asked (their names lead nowhere) don't count."""
        if any(name not in self._answers for name in components):
            return False
        replies = [reply for name in components if (reply := self._answers[name]) is not None]
        return len(replies) >= SEVERAL and not any(replies)

    def _all_answered(self, components: Collection[str]) -> bool:
        """Whether some were polled, and each that was answered."""
        replies = [reply for name in components if (reply := self._answers.get(name)) is not None]
        return bool(replies) and all(replies)

    async def _all_asked(self, hops: Collection[str]) -> Mapping[str, bool | None]:
        if not hops:
            return {}
        async with asyncio.TaskGroup() as all_at_once:
            asked = {hop: all_at_once.create_task(self._asked(hop)) for hop in hops}
        return {hop: answer.result() for hop, answer in asked.items()}

    async def _asked(self, hop: str) -> bool | None:
        try:
            return await self._ping(hop)
        except NotPermittedHere:
            return None

    async def _announce(self) -> None:
        verdict = self.verdict
        text = f"appliance isolated: {verdict.reason}" if verdict.isolated else "the appliance's link is back"
        log.log(logging.ERROR if verdict.isolated else logging.INFO, text)
        await self._record(AgentSignal("", self._clock.now(), "appliance.isolated", "", verdict.isolated, text))


def asked_anything(poll: PollSignal) -> bool:
    """Whether the poll asked by any way at all."""
    return not (poll.icmp is None and poll.tcp is None and poll.snmp is None)
