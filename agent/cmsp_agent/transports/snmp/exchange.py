"""One request and its answer with one device, whatever the version: engine discovery and REPORTs included.

Returns Responses only; REPORTs are handled here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import AuthenticationRejected, DeviceAnswerInvalid, DeviceUnreachable
from cmsp_agent.transports.snmp import usm
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.elsewhere import Elsewhere
from cmsp_agent.transports.snmp.endpoint import Decode, Endpoint, SocketAddress
from cmsp_agent.transports.snmp.engines import EngineDirectory
from cmsp_agent.transports.snmp.pdu import AUTHORIZATION_ERROR, GET, REPORT, Pdu, ask
from cmsp_agent.transports.snmp.peers import Peer, UsmPeer
from cmsp_agent.transports.snmp.target import SNMP_PORT, SnmpTarget, Turn

log = logging.getLogger(__name__)

SendRequest = Callable[[int, Elsewhere], "asyncio.Future[tuple[Pdu, int]]"]
"""(retries, where else a true answer may come from) → the answer to a request."""


FAILURES = 3
"""Requests in a row without a true answer after which the engine ID is asked for anew."""
FORGET_AGAIN = 300.0
"""Seconds between two times that an engine ID is given up for failures."""
BELIEVE_AGAIN = 10.0
"""Seconds between two times that an unsigned REPORT of a kind is acted on."""
UNSIGNED = "its REPORTs that our time is wrong are not signed; asked by the time in one, it signed a true answer"
BACK = "it signed a true answer with a time gone back, and looks at nobody's; its engine was asked for anew"
FALSE = "{} answers in a row were not true; its engine was asked for anew"


class Exchange:
    """The way to one device."""

    def __init__(
        self,
        target: SnmpTarget,
        address: SocketAddress,
        endpoint: Endpoint,
        peer: Peer,
        counters: Counters,
        elsewhere: Elsewhere,
    ) -> None:
        self._target = target
        self._elsewhere = elsewhere
        self._address = address
        self._endpoint = endpoint
        self._peer = peer
        self._counters = counters

    async def ask(self, kind: int, names: list[bytes], repetitions: int, retries: int) -> tuple[Pdu, int]:
        """Send a request and wait for its Response (which may carry an error-status).

        Args:
            kind: `pdu.GET`, `GET_NEXT` or `GET_BULK`.
            names: content octets of the OIDs.
            repetitions: of a GETBULK.
            retries: attempts after the first.

        Returns:
            The Response and the size of the datagram that brought it.

        Raises:
            DeviceUnreachable: no answer.
            DeviceAnswerInvalid: no true answer.
            AuthenticationRejected: see `UsmExchange`, or the device answered authorizationError to more than a GET,
                of which one object may be the reason.
        """
        request_id = self._endpoint.next_id()
        packet = self._peer.encode(request_id, ask(kind, request_id, names, repetitions))
        answer = await self._send(request_id, packet, self._peer.decode, retries)
        if answer[0].error_status == AUTHORIZATION_ERROR and kind != GET:
            raise AuthenticationRejected(f"{self._target.address}: the device answers authorizationError")
        return answer

    def _send(self, request_id: int, packet: bytes, decode: Decode, retries: int) -> Awaitable[tuple[Pdu, int]]:
        send = partial(self._endpoint.request, request_id, packet, self._address, decode, self._target.timeout)
        turn = self._target.turn
        return send(retries, self._elsewhere) if turn is None else self._each_in_turn(turn, send, retries)

    async def _each_in_turn(self, turn: Turn, send: SendRequest, retries: int) -> tuple[Pdu, int]:
        for _ in range(retries):
            await turn()
            with suppress(DeviceUnreachable):
                return await send(0, self._elsewhere)
        await turn()
        return await send(0, self._elsewhere)


class UsmExchange(Exchange):
    """SNMPv3: discovers the engine first, and does what a REPORT asks for, once."""

    def __init__(
        self,
        target: SnmpTarget,
        address: SocketAddress,
        endpoint: Endpoint,
        peer: UsmPeer,
        counters: Counters,
        elsewhere: Elsewhere,
        engines: EngineDirectory,
        texts: OidTexts,
        clock: Clock,
    ) -> None:
        super().__init__(target, address, endpoint, peer, counters, elsewhere)
        self._usm = peer
        self._engines = engines
        self._texts = texts
        self._clock = clock
        self._discovering = asyncio.Lock()
        self._failures = self._false = self._resyncs = 0
        self._forget_due = float("-inf")
        self._believe_due: dict[str, float] = {}
        self._recovery = ""
        """What to report when the device has given a true answer."""
        self._noted_unsigned = False
        self._place = target.address if target.port == SNMP_PORT else f"{target.address} port {target.port}"
        self._confirmed = b""
        known = engines.known(self._place)
        if known:
            peer.assume(known)

    async def ask(self, kind: int, names: list[bytes], repetitions: int, retries: int) -> tuple[Pdu, int]:
        """See `Exchange.ask`.

        Raises:
            AuthenticationRejected: the device knows no such user, or not with this password or security level.
            DeviceAnswerInvalid: also where it goes on sending REPORTs.
        """
        seen: set[str] = set()
        while True:
            if not self._usm.engine_id:
                await self._discover(retries)
            resyncs = self._resyncs
            try:
                answer = await super().ask(kind, names, repetitions, retries)
            except (DeviceUnreachable, DeviceAnswerInvalid) as error:
                if self._usm.went_back and self._due(BACK):
                    self._forget(BACK)
                    continue
                self._failed(false=isinstance(error, DeviceAnswerInvalid))
                raise
            if answer[0].kind != REPORT:
                self._succeeded()
                return answer
            self._obey(answer[0], seen, resyncs)

    def _failed(self, *, false: bool) -> None:
        """After some failures in a row ask for the engine ID anew: an exchanged device may not say that it has another.

        So rarely that whoever fakes failures gains nothing: a false engine ID costs polls, and believes no value.
        """
        self._failures += 1
        self._false += false
        now = self._clock.monotonic()
        if self._failures < FAILURES or now < self._forget_due:
            return
        self._forget_due = now + FORGET_AGAIN
        self._forget(FALSE.format(self._false) if self._false else self._recovery)

    def _forget(self, recovery: str) -> None:
        """Ask for the engine anew before the next request; `recovery`: what to report when it has answered."""
        self._recovery = recovery
        self._failures = self._false = 0
        self._counters.add("snmp.engines.forgotten", key=self._target.address)
        self._usm.forget()

    def _succeeded(self) -> None:
        self._failures = self._false = 0
        if self._usm.engine_id != self._confirmed:
            self._confirmed = self._usm.engine_id
            self._engines.confirmed(self._place, self._confirmed)
        if self._recovery:
            if self._recovery != UNSIGNED or not self._noted_unsigned:
                self._engines.recovered(self._target.address, self._recovery)
            self._noted_unsigned = self._noted_unsigned or self._recovery == UNSIGNED
            self._recovery = ""

    def _obey(self, report: Pdu, seen: set[str], resyncs: int) -> None:
        try:
            counter = usm.report_name(report, self._texts)
        except DecodeError:
            counter = ""
        reason = usm.REPORT_NAMES.get(counter, counter or "a REPORT without a counter")
        self._counters.add("snmp.reports", key=reason)
        where = self._target.address
        if counter in (usm.WRONG_DIGEST, usm.UNKNOWN_USER, usm.UNSUPPORTED_LEVEL, usm.DECRYPTION_ERROR):
            self._failed(false=True)
            raise AuthenticationRejected(f"{where}: the device refused the SNMPv3 user ({reason})")
        if counter in seen or counter not in (usm.NOT_IN_TIME_WINDOW, usm.UNKNOWN_ENGINE):
            self._failed(false=True)
            raise DeviceAnswerInvalid(f"{where}: the device answers with {reason}")
        seen.add(counter)
        if counter == usm.UNKNOWN_ENGINE:
            if not self._confirmed or self._due(counter):
                self._usm.forget()
        elif resyncs == self._resyncs and self._usm.was_offered and self._due(counter):
            self._usm.resynchronise()
            self._resyncs += 1
            self._recovery = UNSIGNED
            self._counters.add("snmp.engines.resynchronised", key=self._target.address)

    def _due(self, counter: str) -> bool:
        """Whether to act on what is not authentic or not fresh. Where not, the next one like it fails the request."""
        now = self._clock.monotonic()
        if now < self._believe_due.get(counter, float("-inf")):
            return False
        self._believe_due[counter] = now + BELIEVE_AGAIN
        return True

    async def _discover(self, retries: int) -> None:
        async with self._discovering:
            if self._usm.engine_id:
                return
            request_id = self._endpoint.next_id()
            await self._send(request_id, self._usm.discovery(request_id), self._usm.discovered, retries)
            self._counters.add("snmp.engines.discovered")
