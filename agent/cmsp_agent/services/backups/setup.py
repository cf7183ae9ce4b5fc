"""What is to be entered on a device for what its tier gets, and what of it is there by its last saved configuration."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cmsp_agent.config.configuration import Listeners
from cmsp_agent.model.component import Component
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.entitlement import ServicePart, gets
from cmsp_agent.model.errors import AgentError
from cmsp_agent.plugin.command_line import SetupLine, SetupStep
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.services.devices.access_lists import access_list, is_between, is_within
from cmsp_agent.services.devices.known_devices import Devices

TRAP_PORT, SYSLOG_PORT = 162, 514


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A command for the device; `there` is None where nothing is known of it."""

    need: str
    why: str
    command: str
    there: bool | None


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """Everything that is to be on a device."""

    device_type: str
    lines: tuple[PlannedLine, ...]
    saved_at: int | None
    """When the configuration that was looked at was saved (ms)."""
    problem: str = ""
    """Why nothing is known of what is there, or why there are no commands."""


class DeviceSetup:
    """Makes plans.

    Args:
        devices: the components and their types.
        backups: has their configurations.
        listeners: where traps and syslog are received.
        own_address: the address by which a device sees us.
    """

    def __init__(
        self,
        devices: Devices,
        backups: Backups,
        listeners: Listeners,
        own_address: Callable[[str], str],
    ) -> None:
        self._devices = devices
        self._backups = backups
        self.listeners = listeners
        self._own_address = own_address

    async def plan(self, component: Component) -> SetupPlan:
        """The commands for a component, in the order in which they are entered.

        Raises:
            DeviceUnreachable: its address is not known.
        """
        kind = self._devices.device_type(component.name)
        version = component.credentials.snmp.version.replace("1", "2c") if component.credentials.snmp else ""
        wanted = needs_of(component)
        steps = [step for step in kind.setup if step.need in wanted and step.only in ("", version)]
        if not steps:
            why = (
                "the commands of its device type are not known"
                if wanted and not kind.setup
                else "its tier needs nothing"
            )
            return SetupPlan(kind.name, (), None, why)
        text, saved_at, problem = await self._saved(component)
        answers = self._devices.facts(component.name) is not None
        lines: list[PlannedLine] = []
        for step in steps:
            words = self._words(component, step)
            lines += (_planned(step, line, words, text, answers) for line in step.lines)
            lines += (each for line in step.lines for each in _let_in(step, line, words, text or ""))
        return SetupPlan(kind.name, tuple(lines), saved_at, problem)

    async def _saved(self, component: Component) -> tuple[str | None, int | None, str]:
        try:
            latest = await self._backups.latest(component.name)
            if latest is None:
                return None, None, "its configuration was not saved yet"
            text = await self._backups.content(component.name, latest.id, redacted=False)
        except AgentError as error:
            return None, None, f"its saved configuration can't be read: {error}"
        return text, latest.verified_at, ""

    def _words(self, component: Component, step: SetupStep) -> Mapping[str, str]:
        listeners, snmp, ssh = self.listeners, component.credentials.snmp, component.credentials.ssh
        trap, syslog = (places[0].port if places else 0 for places in (listeners.traps, listeners.syslog))
        return {
            "appliance": component.source or self._own_address(component.address),
            "trap_port": "" if trap in (0, TRAP_PORT) else f" udp-port {trap}",
            "trap_number": str(trap or TRAP_PORT),
            "syslog_number": str(syslog or SYSLOG_PORT),
            "syslog_port": "" if syslog in (0, SYSLOG_PORT) else f" transport udp port {syslog}",
            "syslog_at": "" if syslog in (0, SYSLOG_PORT) else f" port {syslog}",
            "login": ssh.user if ssh else "",
            **_usm(snmp, dict(step.words)),
        }


def needs_of(component: Component) -> frozenset[str]:
    """What the agent needs of a device for what its tier and its order give it."""
    wanted = {"snmp"} if component.credentials.snmp else set()
    if gets(component, ServicePart.EVENTS):
        wanted |= {"syslog", "clock", *({"traps"} if component.credentials.snmp else ())}
    if component.credentials.ssh:
        saved = gets(component, ServicePart.BACKUP)
        wanted |= {"login"} if saved or gets(component, ServicePart.KPIS) else set()
        wanted |= {"archive", "scp"} if saved else set()
    return frozenset(wanted)


def _usm(snmp: SnmpCredential | None, words: Mapping[str, str]) -> Mapping[str, str]:
    if snmp is None:
        return dict.fromkeys(("user", "level", "auth", "auth_name", "priv", "priv_name"), "")
    auth, priv = (words.get(name, name.lower()) if name else "" for name in (snmp.auth, snmp.priv))
    return {
        "user": snmp.user,
        "level": "priv" if snmp.priv else "auth" if snmp.auth else "noauth",
        "auth": f" auth {auth} <authentication key>" if auth else "",
        "auth_name": auth,
        "priv": f" priv {priv} <privacy key>" if priv else "",
        "priv_name": priv,
    }


def _planned(
    step: SetupStep, line: SetupLine, words: Mapping[str, str], text: str | None, answers: bool
) -> PlannedLine:
    command = line.command.format_map(words)
    if not line.shown:
        works = {"snmp": answers, "login": text is not None}.get(step.need, False)
        return PlannedLine(step.need, step.why, command, True if works else None)
    escaped = {name: re.escape(word) for name, word in words.items()}
    sought = line.there.format_map(escaped) if line.there else rf"^{re.escape(command)}\s*$"
    there = None if text is None else _is_there(sought, text, words["appliance"])
    return PlannedLine(step.need, step.why, command, there)


def _is_there(sought: str, text: str, address: str) -> bool:
    """Whether a configuration has a line; one that names a network or a range, only where we are in it."""
    found = (match.groupdict() for match in re.finditer(sought, text, re.MULTILINE))
    return any(_names_us(each, address) for each in found)


def _names_us(found: Mapping[str, str | None], address: str) -> bool:
    match found:
        case {"network": str(network), "mask": str(mask)}:
            return is_within(address, network, mask)
        case {"first": str(first), "last": str(last)}:
            return is_between(address, first, last)
    return True


def _let_in(step: SetupStep, line: SetupLine, words: Mapping[str, str], text: str) -> Iterator[PlannedLine]:
    """What opens the access list that stands before a command; nothing where one way in has none, or lets us in."""
    if not line.behind:
        return
    escaped = {name: re.escape(word) for name, word in words.items()}
    ways = [found["list"] for found in re.finditer(line.behind.format_map(escaped), text, re.MULTILINE)]
    lists = [access_list(text, name) if name else None for name in dict.fromkeys(ways)]
    address = words["appliance"]
    if lists and all(each is not None and each.permits(address) is False for each in lists):
        opening = next(each.opening(address) for each in lists if each is not None)
        yield PlannedLine(step.need, step.why, opening, there=False)
