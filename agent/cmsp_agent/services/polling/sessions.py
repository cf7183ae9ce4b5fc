"""SNMP sessions for components: puts a component's plan and what is known of the device into a target."""

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from cmsp_agent.model.component import Component
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.transports.snmp.client import SnmpClient
from cmsp_agent.transports.snmp.session import SnmpSession
from cmsp_agent.transports.snmp.target import Quirks, SnmpTarget, Turn

if TYPE_CHECKING:
    from cmsp_agent.transports.snmp.pysnmp_engine import PysnmpSession

_QUIRKS = {each.name: each.type for each in fields(Quirks)}


class SnmpSessions:
    """Opens sessions with the agent's one SNMP client, or with the second engine where a component names it."""

    def __init__(self, client: SnmpClient) -> None:
        self._client = client
        self._second: dict[str, PysnmpSession] = {}

    def __call__(self, component: Component, facts: DeviceFacts | None) -> "SnmpSession | PysnmpSession":
        """The session that polls a component; sends nothing yet.

        Raises:
            ValueError: it has no SNMP credential, or one that is not complete.
            NotPermittedHere: the source address is not ours, or pysnmp is not installed.
        """
        self._close_second(component.name)
        if component.snmp.engine != "pysnmp":
            return self.own(component, facts)
        made = self._second[component.name] = self.second(component, facts)
        return made

    def own(self, component: Component, facts: DeviceFacts | None, *, wide: bool = False) -> SnmpSession:
        """A session by our engine; `wide`: answers are taken from anywhere, with any community. Raises as a call."""
        target = _target(component, facts)
        return self._client.session(replace(target, answers_from="any", any_community=True) if wide else target)

    async def engine_id(self, address: str, within: float) -> bytes:
        """The SNMPv3 engine ID of the device at an address. Raises DeviceError."""
        return await self._client.engine_id(address, within)

    def session(self, address: str, credential: SnmpCredential, turn: Turn) -> SnmpSession:
        """A session with an address that is no component's: with few tries, and each datagram in its turn."""
        return self._client.session(SnmpTarget(address, credential, timeout=1.0, retries=1, turn=turn))

    def second(self, component: Component, facts: DeviceFacts | None) -> "PysnmpSession":
        """A session by pysnmp, which the caller closes. Raises as a call."""
        try:
            from cmsp_agent.transports.snmp.pysnmp_engine import PysnmpSession
        except ImportError as error:
            raise NotPermittedHere("engine: pysnmp, which is not installed here") from error
        return PysnmpSession(_target(component, facts))

    def close(self) -> None:
        """Close what needs closing."""
        for name in list(self._second):
            self._close_second(name)

    def _close_second(self, name: str) -> None:
        if known := self._second.pop(name, None):
            known.close()


def _target(component: Component, facts: DeviceFacts | None) -> SnmpTarget:
    credential = component.credentials.snmp
    if credential is None:
        raise ValueError(f"{component.name} has no SNMP credential")
    return SnmpTarget(
        address=component.address,
        credential=credential,
        port=component.snmp.port,
        timeout=component.poll.timeout,
        retries=component.poll.retries,
        is_lossy=component.poll.is_lossy,
        source=component.source,
        answers_from=component.snmp.answers_from,
        any_community=component.snmp.any_community,
        quirks=known_quirks(facts),
    )


def known_quirks(facts: DeviceFacts | None) -> Quirks:
    """What the inventory kept of a device's peculiarities; what this version doesn't know is passed over."""
    kept = facts.quirks if facts else {}
    plain = Quirks()
    return Quirks(**{name: type(getattr(plain, name))(value) for name, value in kept.items() if name in _QUIRKS})
