"""The services that a component's configuration names: whether they answer, and until when their certificates hold."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cmsp_agent.model.component import ServiceCheck
from cmsp_agent.model.counted import counted
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import ObservedState
from cmsp_agent.pipeline.alarm_types.polling import CERTIFICATE_ENDS, SERVICE_DOWN
from cmsp_agent.transports.probes import ServiceAnswer

DAY = 86_400_000
SOON, VERY_SOON = 30, 7
"""Days before its end at which a certificate is a warning, and a major fault."""
FAILED_POLLS = 3
"""Polls in a row in which a service must fail."""

AskService = Callable[[ServiceCheck, str, float, str | None], Awaitable[ServiceAnswer]]


@dataclass(frozen=True, slots=True)
class ServicesAsked:
    """What one poll found of them; a service that may not be asked from here is absent."""

    answers: Mapping[ServiceCheck, ServiceAnswer] = field(default_factory=dict)

    @property
    def alive(self) -> bool | None:
        """Whether anything came back; None: nothing was asked."""
        return any(answer.alive for answer in self.answers.values()) if self.answers else None

    def figures(self, now: int) -> dict[str, float]:
        """The KPIs, by service."""
        return dict(self._figures(now))

    def _figures(self, now: int) -> Iterator[tuple[str, float]]:
        for check, answer in self.answers.items():
            if answer.seconds is not None and answer.works:
                yield f"service.time[{check.name}]", answer.seconds
            if answer.status is not None:
                yield f"service.status[{check.name}]", float(answer.status)
            if answer.expires_at is not None:
                yield f"certificate.days[{check.name}]", (answer.expires_at - now) / DAY


async def ask_all(
    ask: AskService, checks: Sequence[ServiceCheck], address: str, within: float, source: str | None
) -> ServicesAsked:
    """Ask all of them at once."""

    async def one(check: ServiceCheck) -> ServiceAnswer | None:
        try:
            return await ask(check, address, within, source)
        except NotPermittedHere:
            return None

    answers = await asyncio.gather(*(one(check) for check in checks))
    return ServicesAsked({check: answer for check, answer in zip(checks, answers, strict=True) if answer is not None})


class ServiceJudge:
    """Remembers how often in a row each service of a component failed."""

    def __init__(self) -> None:
        self._failed: dict[str, int] = {}

    def states(self, services: ServicesAsked, now: int, *, reachable: bool) -> Iterable[ObservedState]:
        """What holds and what does not.

        Args:
            services: what was asked.
            now: ms since the epoch.
            reachable: whether the component answers anything; else it is down, and no service is judged.
        """
        for check, answer in services.answers.items():
            if reachable:
                yield from self._service(check, answer)
            if answer.expires_at is not None:
                yield _certificate(check, answer, answer.expires_at - now)

    def _service(self, check: ServiceCheck, answer: ServiceAnswer) -> Iterator[ObservedState]:
        failed = self._failed[check.name] = 0 if answer.works else self._failed.get(check.name, 0) + 1
        if answer.works:
            yield ObservedState(SERVICE_DOWN, check.name, raised=False, text=f"{check.name} works")
        elif failed >= FAILED_POLLS:
            yield ObservedState(SERVICE_DOWN, check.name, raised=True, text=f"{check.name}: {answer.detail}")


def _certificate(check: ServiceCheck, answer: ServiceAnswer, left: int) -> ObservedState:
    days = left / DAY
    whose = f"the certificate of {check.name}{f' ({answer.subject})' if answer.subject else ''}"
    if days > SOON:
        text = f"{whose} holds for {counted(round(days), 'day')}"
        return ObservedState(CERTIFICATE_ENDS, check.name, raised=False, text=text)
    text = f"{whose} ends in {counted(round(days), 'day')}"
    if left <= 0:
        text = f"{whose} ended {counted(round(-days), 'day')} ago"
    severity = Severity.MAJOR if days <= VERY_SOON else Severity.WARNING
    return ObservedState(CERTIFICATE_ENDS, check.name, raised=True, text=text, severity=severity)
