"""Asks one address who is there. No credential goes to an address where nothing answers, and none is tried around.

First the SNMPv3 engine and other signs of life (`presence`), which need no secret. Then the credentials that the file
permits, a few at most; one that a device rejected ends it for that device, one that many reject is not tried any more.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.errors import AuthenticationRejected, DeviceError
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.reading import ReadingSession, kind_of, read_device_facts
from cmsp_agent.services.discovery.nearby import AROUND, MOST_ROUTES, around
from cmsp_agent.services.discovery.rate_limit import Pace
from cmsp_agent.services.discovery.results import FoundDevice
from cmsp_agent.transports.snmp.target import Turn

MOST_TRIES = 3
"""Credentials that are tried at one address."""
MOST_REJECTIONS = 3
"""Devices in a row that may reject a credential before it is tried no more in this run."""
WITHIN = 1.0


class SnmpWire(Protocol):
    """How an address is asked."""

    async def engine_id(self, address: str, within: float) -> bytes:
        """Its SNMPv3 engine ID. Raises DeviceError."""
        ...

    def session(self, address: str, credential: SnmpCredential, turn: Turn) -> ReadingSession:
        """An SNMP session that awaits its turn before each datagram."""
        ...


@dataclass(slots=True)
class Asker:
    """One run's way of asking.

    Args:
        wire: SNMP.
        present: whether anything is at an address.
        credentials: by name, in the order in which they are tried.
        registry: the device types.
        pace: held before each datagram of SNMP.
    """

    wire: SnmpWire
    present: Callable[[str], Awaitable[bool]]
    credentials: Mapping[str, SnmpCredential]
    registry: Registry
    pace: Pace
    rejected: Counter[str] = field(default_factory=Counter)

    async def look(self, address: str, via: str) -> tuple[FoundDevice | None, list[tuple[str, str]]]:
        """Who is there, and what addresses it has around it; None: nobody answers."""
        engine = await self._engine(address)
        if not engine and not await self.present(address):
            return None, []
        found = FoundDevice(address, via, engine.hex(), detail="no credential that may be tried works")
        for name in self._worth_trying(bool(engine)):
            session = self.wire.session(address, self.credentials[name], self.pace.wait)
            try:
                facts = await read_device_facts(session, self.registry)
                near = around(await session.columns(*AROUND, limit=MOST_ROUTES))
            except AuthenticationRejected as error:
                self.rejected[name] += 1
                return replace(found, detail=str(error)), []
            except DeviceError as error:
                if engine and self.credentials[name].version != "3":
                    # it speaks SNMP, and a wrong community is answered by silence; others may just have no agent
                    self.rejected[name] += 1
                found = replace(found, detail=str(error))
                continue
            self.rejected[name] = 0
            kind = kind_of(facts, self.registry)
            named = kind.name if kind is not None else "generic_snmp"
            return replace(found, credential=name, facts=facts, device_type=named, detail=""), near
        return found, []

    async def _engine(self, address: str) -> bytes:
        await self.pace.wait()
        try:
            return await self.wire.engine_id(address, WITHIN)
        except DeviceError:
            return b""

    def _worth_trying(self, has_engine: bool) -> list[str]:
        fit = [
            name
            for name, credential in self.credentials.items()
            if self.rejected[name] < MOST_REJECTIONS and (has_engine or credential.version != "3")
        ]
        return fit[:MOST_TRIES]
