"""The hooks that a plugin may implement: it registers and observes; device work goes through what it registers.

A hook is called for each plugin alone, in its own try, so that one that raises never hides the others' answers.
"""

from collections.abc import Iterable

from cmsp_agent.plugin.api import DeviceType, Event, NotificationChannel, RecordSink
from cmsp_agent.plugin.markers import spec


@spec
def device_types() -> Iterable[DeviceType]:  # type: ignore[empty-body]
    """Register kinds of devices. Called once, when the plugin is loaded; must not block (no network, no waiting)."""


@spec
def notification_channels() -> Iterable[NotificationChannel]:  # type: ignore[empty-body]
    """Register ways to notify. Called once, when the plugin is loaded; must not block."""


@spec
def event_recorded(event: Event) -> None:
    """Observe an event after it became durable. Called on the event loop for every event: return at once."""


@spec
def sinks() -> Iterable[RecordSink]:  # type: ignore[empty-body]
    """Register kinds of sinks: where records go beside the head-end. Called once, when the plugin is loaded."""
