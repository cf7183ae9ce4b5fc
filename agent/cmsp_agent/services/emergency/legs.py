"""Which messages are of calls, and which calls are to emergency numbers. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cmsp_agent.model.calls import CallLeg, EmergencyCall
from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.plugin.api import CallMessage

ACCESS = ("", "0", "00", "9", "8", "+")
"""What is dialled to get a line, before the number itself; a call manager may write it as an E.164 number."""
SAME_CALL = 20_000
"""Milliseconds between what two sources say of the beginning of one call, at most."""
OUTGOING = "1"
SYSLOG, HISTORY = "syslog", "call history"


def number_of(dialled: str, numbers: Iterable[str]) -> str:
    """The emergency number that was called, whatever was dialled before it to get a line; empty: none."""
    plain = dialled.strip().rstrip("#")
    return next((number for number in numbers if plain in {access + number for access in ACCESS}), "")


def leg_of(signal: SyslogSignal, message: CallMessage) -> CallLeg | None:
    """The leg that a message is about; None where the message says otherwise than its pattern."""
    found = re.search(message.pattern, signal.text[:1024])
    if found is None:
        return None
    said = {name: value.strip() for name, value in found.groupdict(default="").items()}
    seconds = int(said["seconds"]) if said.get("seconds", "").isdigit() else None
    at = signal.occurred_at if signal.occurred_at is not None else signal.received_at
    return CallLeg(
        number=said["number"],
        outgoing=said.get("origin", OUTGOING) == OUTGOING,
        began_at=at - 1000 * (seconds or 0),
        port=said.get("port", ""),
        seconds=seconds,
        cause=int(said["cause"], 16) if said.get("cause") else None,
        call=said.get("call", ""),
    )


@dataclass(frozen=True, slots=True)
class EmergencyLeg:
    """A leg to an emergency number, and who tells of it."""

    component: str
    site: str
    number: str
    leg: CallLeg
    source: str


def known_call(found: EmergencyLeg, calls: Sequence[EmergencyCall]) -> EmergencyCall | None:
    """The call that a leg belongs to: the same number at the same time, and not another port."""
    return next((call for call in calls if _is_same(found, call)), None)


def _is_same(found: EmergencyLeg, call: EmergencyCall) -> bool:
    if (call.component, call.number) != (found.component, found.number):
        return False
    if abs(call.at - found.leg.began_at) > SAME_CALL:
        return False
    # of one source two ports are two calls; two sources may call one port by two names
    return found.source not in call.sources or not found.leg.port or found.leg.port == call.port


def with_leg(call: EmergencyCall, found: EmergencyLeg, caller: str) -> EmergencyCall:
    """The call with what a leg adds to it."""
    leg = found.leg
    return replace(
        call,
        port=call.port or leg.port,
        seconds=call.seconds if leg.seconds is None else leg.seconds,
        cause=call.cause if leg.cause is None else leg.cause,
        caller=call.caller or caller,
        sources=call.sources if found.source in call.sources else (*call.sources, found.source),
    )
