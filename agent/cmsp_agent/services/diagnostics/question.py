"""What may be asked of a device, checked before anything is sent. Nothing here ever reaches a shell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cmsp_agent.model.errors import Refused

KINDS = ("ping", "traceroute", "tcp", "sip-options", "snmp-get", "snmp-walk", "command")
MOST_OIDS = 20
MOST_ECHOES = 20
LONGEST_ARGUMENT = 64
CREDENTIALS = ("1.3.6.1.6.3.15", "1.3.6.1.6.3.16", "1.3.6.1.6.3.18")
"""SNMP-USER-BASED-SM-MIB, SNMP-VIEW-BASED-ACM-MIB, SNMP-COMMUNITY-MIB: whom the device trusts, and by which words."""
_OID = re.compile(r"\.?([0-9]{1,10}(?:\.[0-9]{1,10}){1,127})")
_ARGUMENT = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.:/@-]{{0,{LONGEST_ARGUMENT - 1}}}")
_PLACE = re.compile(r"\\\{[a-z_]+\\\}")


class QuestionInvalid(ValueError):
    """An argument is missing, or is not what it should be."""


@dataclass(frozen=True, slots=True)
class DiagnosticQuestion:
    """One question to one device."""

    kind: str
    count: int = 5
    """Echoes of a ping."""
    port: int = 0
    """0: the usual one."""
    transport: str = "udp"
    oids: Sequence[str] = field(default=())
    command: str = ""

    def arguments(self) -> Mapping[str, Any]:
        """As a job keeps them."""
        return {
            "kind": self.kind,
            "count": self.count,
            "port": self.port,
            "transport": self.transport,
            "oids": list(self.oids),
            "command": self.command,
        }


def checked(question: DiagnosticQuestion) -> DiagnosticQuestion:
    """The question in its plain form.

    Raises:
        QuestionInvalid: an argument is missing, or is not what it should be.
        Refused: it would show whom the device trusts.
    """
    if question.kind not in KINDS:
        raise QuestionInvalid(f"kind: one of {', '.join(KINDS)}")
    if not 1 <= question.count <= MOST_ECHOES:
        raise QuestionInvalid(f"count: 1 to {MOST_ECHOES}")
    if not 0 <= question.port <= 65535 or (question.kind == "tcp" and not question.port):
        raise QuestionInvalid("port: 1 to 65535")
    if question.transport not in ("udp", "tcp"):
        raise QuestionInvalid("transport: udp or tcp")
    if question.kind == "command" and not question.command:
        raise QuestionInvalid("command: which one")
    oids = tuple(_oid(text) for text in question.oids) if question.kind.startswith("snmp") else ()
    if question.kind == "snmp-get" and not 1 <= len(oids) <= MOST_OIDS:
        raise QuestionInvalid(f"oids: 1 to {MOST_OIDS}")
    if question.kind == "snmp-walk" and len(oids) != 1:
        raise QuestionInvalid("oids: one, where the walk begins")
    return DiagnosticQuestion(question.kind, question.count, question.port, question.transport, oids, question.command)


def _oid(text: str) -> str:
    """The OID in the one form that it is sent in: what is written otherwise must not get around what is closed."""
    found = _OID.fullmatch(text)
    steps = [int(step) for step in found[1].split(".")] if found else []
    # X.690, 8.19.4: the first two steps share an octet, so that 0.43 would be sent as 1.3
    if not steps or max(steps) > 0xFFFFFFFF or steps[0] > 2 or (steps[0] < 2 and steps[1] > 39):
        raise QuestionInvalid(f"oids: not an OID in numbers: {text[:LONGEST_ARGUMENT]!r}")
    oid = ".".join(str(step) for step in steps)
    if is_closed(oid):
        raise Refused(f"{oid} holds credentials of the device (source: agent)")
    return oid


def is_closed(oid: str) -> bool:
    """Whether the object says whom the device trusts."""
    return any(f"{oid}.".startswith(f"{closed}.") for closed in CREDENTIALS)


def listed_command(wanted: str, read_only: Sequence[str]) -> str:
    """The command as the device type lists it, `{name}` in its list standing for one word.

    Raises:
        Refused: the list has no such command.
    """
    command = " ".join(wanted.split(" "))
    for listed in read_only:
        if _matches(command, listed):
            return command
    offered = "; ".join(read_only) or "none"
    raise Refused(f"the device type does not list this command (source: device type); it lists: {offered}")


def _matches(command: str, listed: str) -> bool:
    pattern = _PLACE.sub(_ARGUMENT.pattern.replace("\\", r"\\"), re.escape(listed))
    return re.fullmatch(pattern, command) is not None
