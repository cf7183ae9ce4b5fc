"""When a device's configuration changed and was saved, by its own counters of sysUpTime. Pure."""

from collections.abc import Mapping

from cmsp_agent.model.signal import ConfigurationTimes, Value
from cmsp_agent.services.polling.plan import SYS_UP_TIME, Plan
from cmsp_agent.services.polling.uptime import TICKS, WRAP

AT_ONCE = 10 * TICKS
"""A change may be noted some moments ahead of the uptime in the same answer."""


def config_times(plan: Plan, scalars: Mapping[str, Value], now: int) -> ConfigurationTimes | None:
    """What a poll says of the configuration; None where the device says nothing, or not all of it.

    Args:
        plan: names the instances.
        scalars: the answers.
        now: when they were read (ms).
    """
    uptime = scalars.get(SYS_UP_TIME)
    said = [scalars.get(oid) for oid in plan.times]
    ticks = [each for each in said if isinstance(each, int)]
    if not isinstance(uptime, int) or not ticks or len(ticks) < len(said):
        return None
    changed, *saved = (_ago(uptime, each) for each in ticks)
    return ConfigurationTimes(
        now - changed * 1000 // TICKS, unsaved=bool(saved) and changed < min(saved), mark=ticks[0]
    )


def _ago(uptime: int, then: int) -> int:
    """Hundredths of a second since then; sysUpTime may have begun anew in between (497 days)."""
    return 0 if 0 < then - uptime <= AT_ONCE else (uptime - then) % WRAP
