"""What receivers and pollers hand the signals of the site to: the event service, in the running agent."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from cmsp_agent.model.signal import Signal

SignalHandler: TypeAlias = Callable[[Sequence[Signal]], Awaitable[None]]
"""Returns when what the signals mean is durable; raises an AgentError where it is not."""

WriteSeries: TypeAlias = Callable[[str, int, Mapping[str, float]], Awaitable[None]]
"""(component, ms since the epoch, KPI → value)."""
