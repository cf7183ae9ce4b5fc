"""SNMP sessions for components: puts a component's plan and what is known of the device into a target."""

from dataclasses import fields

from cmsp_agent.model.component import Component
from cmsp_agent.services.devices.inventory import DeviceFacts
from cmsp_agent.transports.snmp.client import SnmpClient
from cmsp_agent.transports.snmp.session import SnmpSession
from cmsp_agent.transports.snmp.target import Quirks, SnmpTarget

_QUIRKS = {each.name: each.type for each in fields(Quirks)}


class SnmpSessions:
    """Opens sessions with the agent's one SNMP client."""

    def __init__(self, client: SnmpClient) -> None:
        self._client = client

    def __call__(self, component: Component, facts: DeviceFacts | None) -> SnmpSession:
        """A session with a component; sends nothing yet.

        Raises:
            ValueError: it has no SNMP credential, or one that is not complete.
            NotPermittedHere: the source address is not ours.
        """
        credential = component.credentials.snmp
        if credential is None:
            raise ValueError(f"{component.name} has no SNMP credential")
        target = SnmpTarget(
            address=component.address,
            credential=credential,
            port=component.snmp.port,
            timeout=component.poll.timeout,
            retries=component.poll.retries,
            source=component.source,
            quirks=known_quirks(facts),
        )
        return self._client.session(target)


def known_quirks(facts: DeviceFacts | None) -> Quirks:
    """What the inventory kept of a device's peculiarities; what this version doesn't know is passed over."""
    kept = facts.quirks if facts else {}
    plain = Quirks()
    return Quirks(**{name: type(getattr(plain, name))(value) for name, value in kept.items() if name in _QUIRKS})
