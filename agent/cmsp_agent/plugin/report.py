"""How a plugin fares, for people: its state, what it brought, what it returned that was not used."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PluginReport:
    """How a plugin fares: for `status` and the API."""

    name: str
    distribution: str
    state: str
    """`loaded`, `refused` (import, version, hooks) or `quarantined`."""
    reason: str = ""
    device_types: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """What it returned that was not used, and why."""
    calls: int = 0
    failures: int = 0
    seconds: float = 0.0
