"""One request and its answer with one device, whatever the version: engine discovery and REPORTs included.

Gives Responses only; what REPORTs mean is settled here.
"""

import asyncio
import logging

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import AuthenticationRejected, DeviceAnswerInvalid
from cmsp_agent.transports.snmp import usm
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.endpoint import Decode, Endpoint, SocketAddress
from cmsp_agent.transports.snmp.engines import EngineDirectory
from cmsp_agent.transports.snmp.pdu import AUTHORIZATION_ERROR, REPORT, Pdu, ask
from cmsp_agent.transports.snmp.peers import Peer, UsmPeer
from cmsp_agent.transports.snmp.target import SnmpTarget

log = logging.getLogger(__name__)


class Exchange:
    """The way to one device."""

    def __init__(
        self, target: SnmpTarget, address: SocketAddress, endpoint: Endpoint, peer: Peer, counters: Counters
    ) -> None:
        self._target = target
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
            AuthenticationRejected: see `UsmExchange`, or the device answered authorizationError.
        """
        request_id = self._endpoint.next_id()
        packet = self._peer.encode(request_id, ask(kind, request_id, names, repetitions))
        answer = await self._send(request_id, packet, self._peer.decode, retries)
        if answer[0].error_status == AUTHORIZATION_ERROR:
            raise AuthenticationRejected(f"{self._target.address}: the device answers authorizationError")
        return answer

    def _send(self, request_id: int, packet: bytes, decode: Decode, retries: int) -> "asyncio.Future[tuple[Pdu, int]]":
        target = self._target
        return self._endpoint.request(
            request_id, packet, self._address, decode, target.timeout, retries, target.answers_from_elsewhere
        )


class UsmExchange(Exchange):
    """SNMPv3: discovers the engine first, and does what a REPORT asks for, once."""

    def __init__(
        self,
        target: SnmpTarget,
        address: SocketAddress,
        endpoint: Endpoint,
        peer: UsmPeer,
        counters: Counters,
        engines: EngineDirectory,
        texts: OidTexts,
    ) -> None:
        super().__init__(target, address, endpoint, peer, counters)
        self._usm = peer
        self._engines = engines
        self._texts = texts
        self._discovering = asyncio.Lock()
        known = engines.known(target.address)
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
            answer = await super().ask(kind, names, repetitions, retries)
            if answer[0].kind != REPORT:
                return answer
            self._obey(answer[0], seen)

    def _obey(self, report: Pdu, seen: set[str]) -> None:
        try:
            counter = usm.report_name(report, self._texts)
        except DecodeError:
            counter = ""
        reason = usm.REPORT_NAMES.get(counter, counter or "a REPORT without a counter")
        self._counters.add("snmp.reports", key=reason)
        where = self._target.address
        if counter in (usm.WRONG_DIGEST, usm.UNKNOWN_USER, usm.UNSUPPORTED_LEVEL, usm.DECRYPTION_ERROR):
            raise AuthenticationRejected(f"{where}: the device refused the SNMPv3 user ({reason})")
        if counter in seen or counter not in (usm.NOT_IN_TIME_WINDOW, usm.UNKNOWN_ENGINE):
            raise DeviceAnswerInvalid(f"{where}: the device answers with {reason}")
        seen.add(counter)
        if counter == usm.UNKNOWN_ENGINE:
            self._usm.forget()

    async def _discover(self, retries: int) -> None:
        async with self._discovering:
            if self._usm.engine_id:
                return
            request_id = self._endpoint.next_id()
            await self._send(request_id, self._usm.discovery(request_id), self._usm.discovered, retries)
            self._counters.add("snmp.engines.discovered")
            self._engines.discovered(self._target.address, self._usm.engine_id)
