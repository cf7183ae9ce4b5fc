"""What a dial-peer sends on of a number that is dialled, and what is doubtful of it. Pure."""

import re
from collections.abc import Sequence

from cmsp_agent.services.devices.translation import translated
from cmsp_agent.services.emergency.dial_plan import DialPeer, takes

_DIGITS = re.compile(r"[0-9*#]*")


def doubt(peer: DialPeer, dialled: str, number: str) -> str:
    """Why the far end may not be called as the number; empty: as far as the configuration says it is.

    Args:
        peer: takes what is dialled.
        dialled: the number, it behind what gets a line, or what becomes of it on its way in.
        number: of an emergency service.
    """
    wanted = number if dialled.endswith(number) else dialled
    on = sent(peer, dialled)
    if on is None or on.endswith(wanted):
        return ""
    return (
        f"sends {on}, not {wanted}" if on else "sends no digit: those of its pattern are stripped (forward-digits all)"
    )


def sent(peer: DialPeer, dialled: str) -> str | None:
    """The digits that leave; None: the order in which several rules act is the platform's own."""
    became = next(translated(dialled, [peer.rules]), dialled)
    if peer.kind != "pots":
        return became
    if peer.rules:
        return None
    return peer.prefix.replace(",", "") + _left(peer, dialled)


def rejected(dialled: str, blocks: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Which profile that blocks calls rejects what is dialled; empty: none."""
    return next((name for name, sought in blocks if any(re.search(each, dialled) for each in sought)), "")


def _left(peer: DialPeer, dialled: str) -> str:
    """What is left of a number by default: what the pattern leaves open."""
    if peer.forward.isdecimal():
        return dialled[len(dialled) - min(int(peer.forward), len(dialled)) :]
    if peer.forward == "all" or not peer.strip:
        return dialled
    pattern = next((each for each in peer.patterns if takes(each, dialled)), "")
    said = _DIGITS.match(pattern.removeprefix("^"))
    return dialled[said.end() if said else 0 :]
