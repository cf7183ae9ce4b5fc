"""Whether something answers at an address, by ICMP and TCP. The pipeline judges up and down."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import ReachPlan
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.services.polling.service_checks import AskService, ServicesAsked, ask_all
from cmsp_agent.transports import icmp, tcp
from cmsp_agent.transports.probes import ask

log = logging.getLogger(__name__)

Ping = Callable[[str, float, str | None], Awaitable[float | None]]
PortCheck = Callable[[str, int, float, str | None], Awaitable[tcp.TcpAnswer]]


GAP = 0.25
"""Seconds between two echoes, and before a TCP port is tried again: what is lost together is sent together."""
APART = 5.0
"""Seconds between two later tries: what one burst of loss, or a path that is being found anew, takes together."""
NO_ECHO = "permit it, or write reach: {tcp: PORT}"
Echo = float | NotPermittedHere | None
"""The seconds of an echo, None for silence, or why it could not be sent."""
SHORTEST_TRY = 0.05
"""Seconds that must be left of a poll for one more try."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often an address is asked in one poll. Seconds."""

    within: float = 2.0
    """For the answer to one try."""
    retries: int = 2
    budget: float = 60.0
    """For all tries together."""

    @property
    def for_services(self) -> float:
        """For a service, whose own protocol repeats what is lost."""
        return min(self.within * (1 + self.retries), max(self.budget, self.within))


@dataclass(frozen=True, slots=True)
class Reach:
    """What answered. None: not asked, or not permitted here; False: asked by all tries, silent."""

    icmp: bool | None = None
    tcp: bool | None = None
    round_trip: float | None = None
    """Of the ICMP echoes that were answered, on average, seconds."""
    loss: float | None = None
    """Percent of the ICMP echoes that were not answered."""
    port_open: bool | None = None
    """None: no port asked. A refused connection proves the host alive (`tcp` is True), the port closed."""
    services: ServicesAsked = field(default_factory=ServicesAsked)
    not_permitted: str = ""
    """Why this machine may not ask, and what helps; empty where it may."""

    @property
    def asked(self) -> bool:
        """Whether it was asked by any way."""
        return self.icmp is not None or self.tcp is not None

    @property
    def figures(self) -> Mapping[str, float]:
        """The KPIs of the echoes."""
        found = {"icmp.rtt": self.round_trip, "icmp.loss": self.loss}
        return {name: figure for name, figure in found.items() if figure is not None}


class Reachability:
    """Asks by the ways that a component's plan names, all at once, each several times."""

    def __init__(
        self,
        counters: Counters,
        ping: Ping = icmp.ping,
        check_port: PortCheck = tcp.check_port,
        ask_service: AskService = ask,
        *,
        gap: float = GAP,
        apart: float = APART,
    ) -> None:
        self._ask_service = ask_service
        self._counters = counters
        self._ping = ping
        self._check_port = check_port
        self._gap = gap
        self._apart = apart
        self._logged_closed = False

    async def check(self, address: str, plan: ReachPlan, patience: Patience, source: str | None = None) -> Reach:
        """Ask by each way, as often as the patience allows.

        Args:
            address: an IPv4 or IPv6 address.
            plan: which ways.
            patience: how long and how often.
            source: the site's source address, or None.
        """
        async with asyncio.TaskGroup() as both:
            echo = both.create_task(
                self._echoes(address, plan.echoes + patience.retries, patience, source) if plan.icmp else _nobody()
            )
            port = both.create_task(self._try_port(address, plan.tcp, patience, source) if plan.tcp else _nothing())
            asked = both.create_task(ask_all(self._ask_service, plan.services, address, patience.for_services, source))
        echoes, answer, services = echo.result(), port.result(), asked.result()
        refused = [each for each in (*echoes, answer) if isinstance(each, NotPermittedHere)]
        trips = [each for each in echoes if not isinstance(each, NotPermittedHere)]
        answer = None if isinstance(answer, NotPermittedHere) else answer
        back = [trip for trip in trips if trip is not None]
        return Reach(
            icmp=bool(back) if trips else None,
            tcp=_either(None if answer is None else answer is not tcp.TcpAnswer.SILENT, services.alive),
            round_trip=sum(back) / len(back) if back else None,
            loss=100.0 * (len(trips) - len(back)) / len(trips) if trips else None,
            port_open=None if answer is None else answer is tcp.TcpAnswer.CONNECTED,
            services=services,
            not_permitted=_refusal(refused, source),
        )

    async def again(
        self, before: Reach, address: str, plan: ReachPlan, patience: Patience, source: str | None = None
    ) -> Reach:
        """Ask what was silent once more for each retry, well apart, as far as its poll has room; until it answers.

        Args:
            before: what was asked at the beginning of the poll.
            address: an IPv4 or IPv6 address.
            plan: which ways.
            patience: the budget is what is left of the poll.
            source: the site's source address, or None.
        """
        until = asyncio.get_running_loop().time() + patience.budget
        once, at_once = replace(plan, echoes=1, services=()), replace(patience, retries=0)
        for number in range(1, 1 + patience.retries):
            if until - asyncio.get_running_loop().time() < self._apart + patience.within:
                break
            await asyncio.sleep(self._apart)
            late = await self.check(address, once, at_once, source)
            if late.icmp or late.tcp:
                sent = plan.echoes + patience.retries + number
                loss = late.loss and before.loss if not late.icmp else 100.0 * (sent - 1) / sent
                return replace(late, loss=loss, services=before.services)
        return before

    async def _try_port(
        self, address: str, port: int, patience: Patience, source: str | None
    ) -> tcp.TcpAnswer | NotPermittedHere | None:
        """The first answer; a port is tried again while it is silent and there is time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + max(patience.budget, patience.within)
        answer: tcp.TcpAnswer | None = None
        for _ in range(1 + patience.retries):
            left = until - loop.time()
            if answer is not None and left < SHORTEST_TRY:
                break
            try:
                answer = await self._check_port(address, port, min(patience.within, left), source)
            except NotPermittedHere as error:
                self._counters.add("tcp.not_permitted")
                return error
            if answer is not tcp.TcpAnswer.SILENT:
                break
            await asyncio.sleep(min(self._gap, max(0.0, until - loop.time())))
        return answer

    async def _echoes(self, address: str, count: int, patience: Patience, source: str | None) -> list[Echo]:
        """What came of each echo."""
        room = max(0.0, patience.budget - patience.within) / count
        gap = min(self._gap, room)
        async with asyncio.TaskGroup() as together:
            sent = [
                together.create_task(self._echo(number * gap, address, patience.within, source))
                for number in range(count)
            ]
        return [echo.result() for echo in sent]

    async def _echo(self, after: float, address: str, within: float, source: str | None) -> Echo:
        if after:
            await asyncio.sleep(after)
        try:
            return await self._ping(address, within, source)
        except NotPermittedHere as error:
            self._counters.add("icmp.not_permitted")
            if not self._logged_closed:
                self._logged_closed = True
                log.warning("%s; ICMP reads 'not permitted here' until that changes", error)
            return error


def _refusal(errors: Sequence[NotPermittedHere], source: str | None) -> str:
    """Why this machine may not ask, and what helps; empty where it may."""
    said = "; ".join(dict.fromkeys(map(str, errors)))
    return said if source or not said else f"{said}; {NO_ECHO}"


def _either(one: bool | None, other: bool | None) -> bool | None:
    """Whether either answered; None: neither was asked."""
    return other if one is None else one or bool(other)


async def _nothing() -> None:
    return None


async def _nobody() -> list[Echo]:
    return []
