"""When something happened by the device's clock, where that can be right; else by ours."""

from cmsp_agent.model.signal import Signal, SyslogSignal
from cmsp_agent.model.times import rfc3339

CLOCK_BEHIND, CLOCK_AHEAD = 24 * 3600 * 1000, 5 * 60 * 1000
"""Milliseconds that a device's time may lie before and after ours: messages wait, but none is of the future."""


def occurred(signal: Signal) -> tuple[int, str, dict[str, str]]:
    """When it happened, whose clock says so, and the device's own time where that can't be right."""
    device_time = signal.occurred_at if isinstance(signal, SyslogSignal) else None
    if device_time is None:
        return signal.received_at, "received", {}
    if not -CLOCK_BEHIND <= device_time - signal.received_at <= CLOCK_AHEAD:
        return signal.received_at, "unsynchronised", {"device_time": rfc3339(device_time)}
    return device_time, "synchronised", {}
