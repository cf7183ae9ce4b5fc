"""How one device is asked by SNMP: with which credential, how patiently, and when not at all.

Of several credentials the one that works is kept. Each is tried once, in polls that follow each other; a device that
rejected all of them is left alone for a while: more would lock the account. Where echoes are lost, requests are too:
each is tried more often for some polls, so that one poll still brings all that is asked.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import DeviceError
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.polling.plan import SYS_UP_TIME
from cmsp_agent.services.polling.probe import DeviceSession, MakeSession

LOCKED_OUT = 300.0
"""Seconds for which a device that rejected our credentials is left alone."""
PATIENCE = 3
"""Polls in a row without an answer after which one request in an interval is enough, until it answers again."""

EVERYTHING = 100.0
LOSSY = 20.0
"""Percent of the echoes of a poll: where more are lost, the way loses packets."""
LOSSY_RETRIES = 8
LOSSY_FOR = 10
"""Polls for which a way that lost packets is expected to lose some."""


class Access:
    """The way to one device.

    Args:
        component: with its credentials.
        make_session: opens a session.
        facts: what is known of the device; it may name the credential that worked last.
        clock: for the time that it is left alone.
    """

    def __init__(
        self, component: Component, make_session: MakeSession, facts: Callable[[], DeviceFacts | None], clock: Clock
    ) -> None:
        self._component = component
        self._make_session = make_session
        self._facts = facts
        self._clock = clock
        own = component.credentials
        self._credentials = (own.snmp, *own.further) if own.snmp is not None else ()
        names = [each.name for each in self._credentials]
        known = facts()
        self._works = known is not None and known.credential in names
        self._at = names.index(known.credential) if known is not None and known.credential in names else 0
        self._session: DeviceSession | None = None
        self._silent = 0
        self.probed = False
        """Whether the device answered the single request that began the last poll."""
        self._rejected: dict[int, str] = {}
        self._left_alone_until = float("-inf")
        self._why = ""
        self._lossy_for = 0

    @property
    def left_alone(self) -> str:
        """Why the device is not asked now; empty: it is."""
        return self._why if self._clock.monotonic() < self._left_alone_until else ""

    @property
    def kept(self) -> str:
        """The name of the credential that works, where there are several."""
        return self._credentials[self._at].name if len(self._credentials) > 1 else ""

    async def begin(self) -> DeviceSession:
        """The session. A device that was silent for long is first asked once: it costs no more until it answers.

        Raises:
            DeviceError: it does not answer.
            ValueError, ConfigurationError, NotPermittedHere: as `MakeSession`.
        """
        if self._session is None:
            self._session = self._make_session(self._component_now, self._facts())
        self.probed = False
        if self._silent >= PATIENCE:
            await self._session.probe()
            self.probed = True
        return self._session

    async def answers_little(self) -> bool:
        """Whether a device that gave no answer to a whole request answers a small one: some drop what they can't read.

        One that was silent for long was asked so already.
        """
        if self._session is None or self._silent >= PATIENCE:
            return False
        try:
            async with asyncio.timeout(self._component.poll.timeout):
                return SYS_UP_TIME in await self._session.get(SYS_UP_TIME)
        except (TimeoutError, DeviceError):
            return False

    def another(self) -> DeviceSession:
        """A second session with the credential of now. Raises as `begin`, but for a device that does not answer."""
        return self._make_session(self._component_now, self._facts())

    def answered(self) -> None:
        """The credential works."""
        self._silent, self._works = 0, True
        self._rejected.clear()

    def silent(self, *, partly: bool = False) -> None:
        """No answer, or not all of it: of v1 and v2c that may be the wrong community, unless it has worked before."""
        if partly:
            return
        self._silent += 1
        if not self._works:
            self._turn_to((self._at + 1) % len(self._credentials))

    def rejected(self, why: str) -> None:
        """The device refused the credential: the next one's turn, or nobody's for a while."""
        self._rejected[self._at] = why
        left = [place for place in range(len(self._credentials)) if place not in self._rejected]
        if left:
            self._turn_to(left[0])
        else:
            self._left_alone_until, self._why = self._clock.monotonic() + LOCKED_OUT, why
            self._rejected.clear()

    def take_loss(self, percent: float | None) -> float:
        """Percent of a poll's echoes that were lost; as many are lost as there are where they are not let through."""
        lost = percent if percent is not None and percent < EVERYTHING else 0.0
        was_lossy = self._lossy_for > 0
        self._lossy_for = LOSSY_FOR if lost > LOSSY else max(0, self._lossy_for - 1)
        if (self._lossy_for > 0) is not was_lossy:
            self._session = None
        return lost

    def at_once(self) -> None:
        """A person asks: it is left alone no longer."""
        self._left_alone_until = float("-inf")

    @property
    def _component_now(self) -> Component:
        component, plan = self._component, self._component.poll
        if self._lossy_for:
            component = replace(component, poll=replace(plan, retries=max(plan.retries, LOSSY_RETRIES), is_lossy=True))
        credentials = replace(component.credentials, snmp=self._credentials[self._at])
        return replace(component, credentials=credentials) if self._at else component

    def _turn_to(self, place: int) -> None:
        if place != self._at:
            self._at, self._session, self._works = place, None, False
