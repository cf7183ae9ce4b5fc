"""Tries how a component answers SNMP: as it is configured, from elsewhere or otherwise, and by the second engine.

Changes nothing: a person reads which way worked and writes the key into the file.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AuthenticationRejected, ConfigurationError, DeviceError
from cmsp_agent.model.signal import Value
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.polling.sessions import SnmpSessions
from cmsp_agent.transports.snmp.session import SnmpSession

SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"

OWN, WIDE, PYSNMP = "own", "own, from anywhere, with any community", "pysnmp"
"""The ways, as people read them."""


class Asked(Protocol):
    """What the test needs of a session."""

    async def get(self, *oids: str) -> Mapping[str, Value]:
        """Read instances."""
        ...


class SnmpTest:
    """The ways in their order: the first that works is the answer."""

    def __init__(self, sessions: SnmpSessions, component: Component, facts: DeviceFacts | None) -> None:
        self._sessions = sessions
        self._component = component
        self._facts = facts
        self._tried: list[dict[str, str]] = []

    async def run(self) -> dict[str, Any]:
        """What worked, what did not and why, and what to write into the file so that it works."""
        ways = {OWN: self._own, WIDE: self._wide, PYSNMP: self._pysnmp}
        if self._component.snmp.engine == "pysnmp":
            ways = {PYSNMP: self._pysnmp, OWN: self._own, WIDE: self._wide}
        if (credential := self._component.credentials.snmp) and credential.version == "3" and credential.auth:
            del ways[WIDE]  # signed answers are taken from anywhere in any case
        for at, (name, way) in enumerate(ways.items()):
            settings: dict[str, str] = {}
            try:
                settings = await way()
            except AuthenticationRejected as error:  # other ways would only lock the account
                self._tried.append({"way": name, "result": str(error)})
                return self._outcome("", {})
            except (DeviceError, ConfigurationError, ValueError) as error:
                self._tried.append({"way": name, "result": str(error)})
            else:
                self._tried.append({"way": name, "result": "answers"})
                return self._outcome(name, settings if at else {})
        return self._outcome("", {})

    def _outcome(self, worked: str, settings: Mapping[str, str]) -> dict[str, Any]:
        return {"worked": worked or None, "settings": dict(settings), "tried": self._tried}

    async def _own(self) -> dict[str, str]:
        await _ask(self._sessions.own(self._component, self._facts))
        return {"engine": "own"}

    async def _wide(self) -> dict[str, str]:
        session = self._sessions.own(self._component, self._facts, wide=True)
        await _ask(session)
        return _settings(session)

    async def _pysnmp(self) -> dict[str, str]:
        session = self._sessions.second(self._component, self._facts)
        try:
            await _ask(session)
        finally:
            session.close()
        return {"engine": "pysnmp"}


def _settings(session: SnmpSession) -> dict[str, str]:
    """The keys under `snmp` that permit what the session saw."""
    seen = session.quirks
    found = {}
    if seen.answers_from:
        found["answers_from"] = seen.answers_from.split(" ", maxsplit=1)[0]
    if seen.answers_with:
        found["answers_with"] = "any"
    return found


async def _ask(session: Asked) -> None:
    await session.get(SYS_UP_TIME, SYS_OBJECT_ID)
