"""A restart of a device: what disproves one, and how it is reported. `uptime` finds it."""

from collections.abc import Mapping
from typing import Protocol

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import DeviceAnswerInvalid
from cmsp_agent.model.signal import ObservedState, Value
from cmsp_agent.pipeline.built_in import RESTARTED
from cmsp_agent.services.polling.plan import Plan
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.samples import Answers
from cmsp_agent.services.polling.uptime import Uptime
from cmsp_agent.services.polling.values import text

WHY_RELOAD = "1.3.6.1.4.1.9.2.1.2.0"
"""whyReload.0 (OLD-CISCO-SYS-MIB): why a Cisco device started last."""
LEAST_COUNTED = 2**20
"""What a counter had reached at least: one that had counted little may be there again a moment after a restart."""
LONG_UP = 3600_00
"""Hundredths of a second for which a device was up at least before what it counted speaks against a restart."""


class ObjectReader(Protocol):
    """What reading the reason needs of an SNMP session."""

    async def get(self, *oids: str) -> Mapping[str, Value]:
        """Read instances; what the device lacks is absent."""
        ...


def counters_went_on(before: Uptime, plan: Plan, answers: Answers, rates: Rates) -> bool:
    """Whether the counters of a device that was up for long have kept their values or grown a little.

    Where one had counted little (somebody cleared it), one that began anew would be beyond it soon: far beyond is none.
    """
    if (before.ticks or 0) < LONG_UP:
        return False
    counted = [
        (last, value)
        for planned in plan.kpis
        if planned.kpi.per == "interface" and planned.kpi.kind != "gauge"
        for index, value in answers.rows(planned.oid).items()
        if (last := rates.last(f"{planned.kpi.name}[{index}]")) and isinstance(value, int)
    ]
    enough = any(last >= LEAST_COUNTED for last, _ in counted)
    return enough and all(last <= value <= 2 * last for last, value in counted)


async def refuse_another(
    session: ObjectReader, base: tuple[str, ...], uptime: Uptime, clock: Clock, *, walked: bool
) -> None:
    """Look once more at the time of a device whose tables were walked.

    Args:
        session: with the device.
        base: what says its time, see `Plan.base`.
        uptime: before the walk.
        clock: ours.
        walked: whether tables were.

    Raises:
        DeviceAnswerInvalid: another device answers, or it restarted meanwhile: what was read belongs to nobody.
    """
    if walked and Uptime.of(await session.get(*base), clock.monotonic()).is_another(uptime):
        raise DeviceAnswerInvalid("another device answers, or it restarted, while it was being read")


async def restart_of(session: ObjectReader, component: str, uptime: Uptime, now: int) -> ObservedState:
    """The event of a restart: when by the device's own uptime, and why if the device says so.

    Raises:
        DeviceError: it does not answer any more.
    """
    why = text((await session.get(WHY_RELOAD)).get(WHY_RELOAD))
    said = f"{component} has restarted{': ' * bool(why)}{why}"
    return ObservedState(RESTARTED, "", raised=True, text=said, occurred_at=now - uptime.milliseconds)
