"""Calls as a gateway reports them when they are over, and those to emergency numbers. Frozen facts; Q.850 in words."""

from dataclasses import dataclass

CAUSES = {
    1: "unallocated number",
    2: "no route to the transit network",
    3: "no route to the destination",
    16: "normal call clearing",
    17: "user busy",
    18: "no user responding",
    19: "no answer",
    20: "subscriber absent",
    21: "call rejected",
    22: "number changed",
    27: "destination out of order",
    28: "invalid number format",
    29: "facility rejected",
    31: "normal, unspecified",
    34: "no circuit or channel available",
    38: "network out of order",
    41: "temporary failure",
    42: "switching equipment congestion",
    44: "requested channel not available",
    47: "resource unavailable",
    50: "facility not subscribed",
    57: "bearer capability not authorised",
    58: "bearer capability not available",
    63: "service not available",
    65: "bearer capability not implemented",
    79: "service not implemented",
    88: "incompatible destination",
    95: "invalid message",
    96: "mandatory information element missing",
    100: "invalid information element",
    102: "recovery on timer expiry",
    111: "protocol error",
    127: "interworking",
}
"""Q.850, table 1: what a call ended by."""


def cause_in_words(cause: int) -> str:
    """The number with its meaning: `34 no circuit or channel available`; others by their number alone."""
    return f"{cause} {CAUSES.get(cause, '')}".strip()


@dataclass(frozen=True, slots=True)
class CallLeg:
    """One leg of a call, on its way or over."""

    number: str
    """The called one, of an outgoing leg; else the calling one."""
    outgoing: bool
    began_at: int
    """Milliseconds since the epoch: when it was connected, else set up."""
    port: str = ""
    """Interface, port or dial-peer."""
    seconds: int | None = None
    """How long it was connected; None: not known, or not over."""
    cause: int | None = None
    """Q.850; None: not known, or not over."""
    answered: bool = True
    call: str = ""
    """What both legs of a call have in common, where the device tells."""


@dataclass(frozen=True, slots=True)
class EmergencyCall:
    """A call to an emergency number that left by a gateway while its site was cut off from the call manager."""

    id: str
    component: str
    site: str
    number: str
    """The emergency number of the site that was called, without what was dialled before it."""
    at: int
    port: str = ""
    seconds: int | None = None
    cause: int | None = None
    caller: str = ""
    sources: tuple[str, ...] = ()
    """`syslog`, `call history`."""
