"""Whether a device restarted or changed between two polls, by what it says of its time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from cmsp_agent.model.signal import Value
from cmsp_agent.services.polling.plan import ENGINE_BOOTS, ENGINE_TIME, ENTITY_CHANGED, INTERFACES_CHANGED, SYS_UP_TIME

TICKS = 100
"""sysUpTime counts hundredths of a second."""
WRAP = 2**32
"""sysUpTime begins anew after 497 days."""
SLACK = 10 * TICKS
"""What a slewed clock and a slow answer may take away at most."""
SLEW = 0.02
"""Share of the time between two polls by which a device's clock may run otherwise than ours."""


@dataclass(frozen=True, slots=True)
class Uptime:
    """How long a device has been up, and when its parts changed last."""

    ticks: int | None = None
    """sysUpTime."""
    engine_boots: int | None = None
    engine_time: int | None = None
    entities: Value | None = None
    interfaces: Value | None = None
    at: float = 0.0
    """When they were read, monotonic seconds."""

    @classmethod
    def of(cls, scalars: Mapping[str, Value], at: float) -> "Uptime":
        """What the answers of a poll say of it."""
        return cls(
            _number(scalars, SYS_UP_TIME),
            _number(scalars, ENGINE_BOOTS),
            _number(scalars, ENGINE_TIME),
            scalars.get(ENTITY_CHANGED),
            scalars.get(INTERFACES_CHANGED),
            at,
        )

    def restarted(self, before: "Uptime") -> bool:
        """Whether the device restarted since `before`: it has been up for no longer than since then.

        sysUpTime goes back without a restart where it wraps and where a clock is slewed: then it is what was to be
        expected, or longer than the time since the last reading, or the engine shows that it went on.
        """
        if self.ticks is None or before.ticks is None:
            return False
        if self._engine_went_on(before):
            return False
        if self.ticks < before.ticks and self._engine_began_anew(before):
            return True  # also where sysUpTime was about to wrap
        elapsed = round((self.at - before.at) * TICKS)
        # what was up for a moment only has lost no more than that
        slack = min(SLACK, before.ticks // 2) + round(elapsed * SLEW)
        missing = (before.ticks + elapsed - self.ticks) % WRAP
        as_expected = min(missing, WRAP - missing) <= slack
        return not as_expected and self.ticks <= elapsed + slack

    def is_another(self, before: "Uptime") -> bool:
        """Whether another device answers than a moment ago, or the same after a restart: its time does not go on."""
        if self.ticks is None or before.ticks is None:
            return False
        if before.engine_boots is not None and self.engine_boots != before.engine_boots:
            return True
        elapsed = round((self.at - before.at) * TICKS)
        missing = (before.ticks + elapsed - self.ticks) % WRAP
        return min(missing, WRAP - missing) > SLACK + round(elapsed * SLEW) and not self._engine_went_on(before)

    @property
    def milliseconds(self) -> int:
        """Milliseconds since the device started, as it reports."""
        return (self.ticks or 0) * 1000 // TICKS

    def _engine_went_on(self, before: "Uptime") -> bool:
        """Whether the SNMP engine shows that it has not started anew: the same boots, and a later time."""
        if self.engine_time is None or before.engine_time is None or self.engine_boots != before.engine_boots:
            return False
        grown, elapsed = self.engine_time - before.engine_time, self.at - before.at
        return grown > 0 and grown >= elapsed * (1 - SLEW) - SLACK / TICKS

    def _engine_began_anew(self, before: "Uptime") -> bool:
        boots = (self.engine_boots, before.engine_boots)
        return None not in boots and boots[0] != boots[1]

    def changed(self, before: "Uptime") -> bool:
        """Whether modules or interfaces came or went."""
        return (self.entities, self.interfaces) != (before.entities, before.interfaces)


def _number(scalars: Mapping[str, Value], oid: str) -> int | None:
    value = scalars.get(oid)
    return value if isinstance(value, int) else None
