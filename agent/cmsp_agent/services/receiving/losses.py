"""Which components lose messages, and why: an alarm for each, which ends when nothing was lost for a while.

Reads the counters of the receivers and counts nothing itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.events.conditions import Conditions

MESSAGES_LOST = "messages.lost"
EVERY = 15.0
"""Seconds between two looks at the counters."""
OVER_AFTER = 300.0
"""Seconds without a loss after which the alarm ends."""

OF_COMPONENTS: Mapping[str, tuple[str, str]] = {
    "syslog.dropped": ("syslog", "the receive queue was full"),
    "syslog.not_stored": ("syslog", "they could not be stored"),
    "traps.dropped": ("traps", "the receive queue was full"),
    "traps.not_stored": ("traps", "they could not be stored"),
    "traps.malformed": ("traps", "they could not be read"),
}
"""Counters by component → what is lost, and why."""
OF_STREAMS: Mapping[str, str] = {
    "framing_errors": "its framing could not be read",
    "half_frames": "its connections end in the middle of a message",
    "refused": "it opens too many connections",
    "expired": "its TLS certificate has expired or is not valid yet",
    "no_certificate": "it shows no TLS certificate",
    "no_tls": "it speaks no TLS at the port for TLS",
    "unknown_authority": "its TLS certificate is not of the accepted authority",
    "handshake_failed": "its TLS handshakes fail",
}
"""Counters of `syslog.tcp` and `syslog.tls`, by sender's address → why."""
STREAMS = ("syslog.tcp", "syslog.tls")
LOSSES = frozenset(OF_COMPONENTS) | {f"{stream}.{what}" for stream in STREAMS for what in OF_STREAMS}
"""The counters of both."""
KERNEL = {"syslog.udp.kernel_dropped": "syslog", "traps.kernel_dropped": "traps"}
"""Gauges without a sender: the kernel does not say whose datagrams it dropped."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What one component lost, and why; an empty component: it is not known whose it was."""

    component: str
    what: str
    why: str


class MessageLosses:
    """Looks at the counters now and then.

    Args:
        counters: of the receivers.
        senders: whose address is whose.
        alarms: of the type `messages.lost`.
        clock: for the time between two looks.
    """

    def __init__(self, counters: Counters, senders: Senders, alarms: Conditions, clock: Clock) -> None:
        self._counters = counters
        self._senders = senders
        self._alarms = alarms
        self._clock = clock
        self._before: Mapping[tuple[str, str], int] = {}
        self._last: dict[Loss, float] = {}
        self._started = clock.monotonic()
        self._texts: dict[tuple[str, str], tuple[frozenset[str], str]] = {}

    async def run(self) -> NoReturn:
        """Look until cancelled."""
        while True:
            await self._clock.sleep(EVERY)
            self.look()

    def look(self) -> None:
        """Report components that lost messages since the last look, and those that lose none any more."""
        now = self._clock.monotonic()
        counts = self._counts()
        if counts == self._before and not self._last and not self._alarms.held:
            return
        lost: dict[Loss, int] = {}
        for place, count in counts.items():
            if (more := count - self._before.get(place, 0)) > 0 and (loss := self._loss(*place)) is not None:
                lost[loss] = lost.get(loss, 0) + more
        self._before = counts
        self._last |= dict.fromkeys(lost, now)
        self._last = {loss: at for loss, at in self._last.items() if now - at < OVER_AFTER}
        held = self._held(lost)
        if now < self._started + OVER_AFTER:  # what the last run left is not over because it was not looked at
            held = {**self._alarms.held, **held}
        self._alarms.settle(held, f"none were lost for {OVER_AFTER / 60:.0f} minutes")

    def _counts(self) -> Mapping[tuple[str, str], int]:
        counted = self._counters.keyed(LOSSES.__contains__)
        gauges = {name: self._counters.gauge_value(name) for name in KERNEL}
        return counted | {(name, ""): int(count) for name, count in gauges.items() if count is not None}

    def _loss(self, name: str, key: str) -> Loss | None:
        if name in KERNEL:
            return Loss("", KERNEL[name], "the socket's buffer was full")
        if name in OF_COMPONENTS:
            what, why = OF_COMPONENTS[name]
            return Loss(key, what, why) if key in self._senders.by_address.values() else None
        component = self._senders.find(key)
        return Loss(component, "syslog", OF_STREAMS[name.rpartition(".")[2]]) if component else None

    def _held(self, lost: Mapping[Loss, int]) -> dict[tuple[str, str], str]:
        """By component and what is lost: the text of the first look that found these reasons, reported once."""
        held: dict[tuple[str, str], list[Loss]] = {}
        for loss in self._last:
            held.setdefault((loss.component, loss.what), []).append(loss)
        self._texts = {
            place: self._text(place, losses, sum(lost.get(loss, 0) for loss in losses))
            for place, losses in held.items()
        }
        return {place: text for place, (_, text) in self._texts.items()}

    def _text(self, place: tuple[str, str], losses: list[Loss], count: int) -> tuple[frozenset[str], str]:
        reasons = frozenset(loss.why for loss in losses)
        known = self._texts.get(place)
        if known is not None and known[0] == reasons:
            return known
        component, what = place
        whose = f" of {component}" if component else ""
        return reasons, f"{what}{whose}: {count} lost in {EVERY:.0f} s, because {' and '.join(sorted(reasons))}"
