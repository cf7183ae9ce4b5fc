"""Carries a checked question out and gives its answer for people: bounded, not yet scrubbed of secrets."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import Refused
from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.services.backups.clean_text import ConfigText, clean
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.devices.login import command_line_of
from cmsp_agent.services.diagnostics.question import DiagnosticQuestion, is_closed, listed_command
from cmsp_agent.services.polling.sessions import SnmpSessions
from cmsp_agent.transports.network import Network
from cmsp_agent.transports.ssh import CliClient

ECHO_WITHIN, ECHO_EVERY = 2.0, 0.2
TCP_WITHIN = 5.0
SIP_WITHIN = 8.0
SIP_PORT = 5060
COMMAND_WITHIN = 60.0
MOST_ROWS = 500
MOST_CHARACTERS = 64 * 1024

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Diagnostician:
    """Asks devices by what the agent has: ping sockets, SNMP sessions, SSH dialogues."""

    network: Network
    devices: Devices
    sessions: SnmpSessions
    client: CliClient

    async def ask(self, component: Component, question: DiagnosticQuestion) -> Answer:
        """Carry the question out and return its answer.

        Raises:
            DeviceError: the device gave none.
            Refused: its type does not list the command, or it has no credential for this.
        """
        ways: dict[str, Callable[[Component, DiagnosticQuestion], Awaitable[Answer]]] = {
            "ping": self._ping,
            "traceroute": self._traceroute,
            "tcp": self._tcp,
            "sip-options": self._sip,
            "snmp-get": self._get,
            "snmp-walk": self._walk,
            "command": self._command,
        }
        return await ways[question.kind](component, question)

    async def _ping(self, component: Component, question: DiagnosticQuestion) -> Answer:
        times: list[float] = []
        for number in range(question.count):
            if number:
                await asyncio.sleep(ECHO_EVERY)
            found = await self.network.ping(component.address, ECHO_WITHIN, component.source or None)
            times += [] if found is None else [found * 1000]
        answer: dict[str, Any] = {"address": component.address, "sent": question.count, "received": len(times)}
        answer["loss_percent"] = round(100 * (1 - len(times) / question.count))
        if times:
            rounded = (min(times), sum(times) / len(times), max(times))
            answer |= dict(zip(("least_ms", "mean_ms", "most_ms"), (round(each, 2) for each in rounded), strict=True))
        return answer

    async def _traceroute(self, component: Component, question: DiagnosticQuestion) -> Answer:  # noqa: ARG002
        hops = await self.network.traceroute(component.address, component.source or None)
        rows = [{"hop": hop.ttl, "address": hop.address or None, "ms": _ms(hop.seconds)} for hop in hops]
        return {"address": component.address, "reached": bool(hops) and hops[-1].reached, "hops": rows}

    async def _tcp(self, component: Component, question: DiagnosticQuestion) -> Answer:
        loop = asyncio.get_running_loop()
        started = loop.time()
        found = await self.network.check_port(component.address, question.port, TCP_WITHIN, component.source or None)
        taken = loop.time() - started
        return {"address": component.address, "port": question.port, "answer": found.value, "ms": _ms(taken)}

    async def _sip(self, component: Component, question: DiagnosticQuestion) -> Answer:
        port = question.port or SIP_PORT
        source = component.source or None
        found = await self.network.sip_options(component.address, port, question.transport, SIP_WITHIN, source)
        answer = {"address": component.address, "port": port, "transport": question.transport}
        if found is None:
            return {**answer, "answer": "silent"}
        shown = {name: found.headers[name] for name in ("server", "user-agent", "allow") if name in found.headers}
        return {**answer, "answer": f"{found.status} {found.reason}"[:200], "ms": _ms(found.seconds), **shown}

    async def _get(self, component: Component, question: DiagnosticQuestion) -> Answer:
        session = self.sessions.own(_with_snmp(component), self.devices.facts(component.name))
        found = await session.get(*question.oids)
        return {"values": {oid: _shown(found[oid]) if oid in found else None for oid in question.oids}}

    async def _walk(self, component: Component, question: DiagnosticQuestion) -> Answer:
        session = self.sessions.own(_with_snmp(component), self.devices.facts(component.name))
        root = at = question.oids[0]
        rows: dict[str, Any] = {}
        room = MOST_CHARACTERS
        while len(rows) < MOST_ROWS and room > 0:
            found = await session.get_next(at)
            if at not in found:
                break
            following, value = found[at]
            if not following.startswith(f"{root}.") or following in rows:
                break
            if is_closed(following):
                return {"values": rows, "cut": True}
            at, rows[following] = following, _shown(value)
            room -= len(str(rows[following])) + len(following)
        else:
            return {"values": rows, "cut": True}
        return {"values": rows, "cut": False}

    async def _command(self, component: Component, question: DiagnosticQuestion) -> Answer:
        platform, credential = self.devices.device_type(component.name).cli, component.credentials.ssh
        if platform is None or credential is None:
            why = "its device type has no command line" if platform is None else "it has no credential for SSH"
            raise Refused(f"{component.name}: {why} (source: configuration)")
        command = listed_command(question.command, platform.read_only)
        target = command_line_of(component, credential, platform.driver, component.source)
        [output] = await self.client.commands(target, [command], COMMAND_WITHIN)
        text = ConfigText(platform).redacted(clean(output))
        return {"command": command, "output": text[:MOST_CHARACTERS], "cut": len(text) > MOST_CHARACTERS}


def _with_snmp(component: Component) -> Component:
    if component.credentials.snmp is None:
        raise Refused(f"{component.name} has no SNMP credential (source: configuration)")
    return component


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)


def _shown(value: Value | Unreadable) -> int | float | str:
    """A value for people: text where it is text, else octets in hexadecimal."""
    if isinstance(value, Unreadable):
        return f"unreadable: {value.reason}"
    if not isinstance(value, bytes):
        return value
    text = value.rstrip(b"\0").decode("utf-8", "replace")
    return text if "\ufffd" not in text and (text.isprintable() or "\n" in text) else value.hex(":")
