"""The part that notifies: policies of the file, a durable queue, a worker for each channel."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.pipeline.alarm_types import notify
from cmsp_agent.plugin.api import ChannelSettings, NotificationChannel
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.start import EventsPart
from cmsp_agent.services.notify.handing_over import HandingOver, by_nobody
from cmsp_agent.services.notify.notifier import IncidentNotifier, Interested
from cmsp_agent.services.notify.outgoing import FAILED, Outgoing
from cmsp_agent.services.notify.refused_recipients import REFUSED, RefusedRecipients
from cmsp_agent.services.part import Change, ComponentsOf, Part
from cmsp_agent.services.runtime import Runtime


@dataclass(slots=True)
class NotifyPart(Part):
    """The notifier, and the workers of the channels."""

    alarm_types = notify.ALARM_TYPES
    notifier: IncidentNotifier
    components: ComponentsOf
    channels: Mapping[str, NotificationChannel]
    settings: Mapping[str, ChannelSettings]
    """What the file says for each channel."""
    refusals: RefusedRecipients
    workers: list[Outgoing] = field(default_factory=list)

    def prepare(self, configuration: Configuration) -> Change:
        """Other policies, contacts, settings of channels."""
        interested = interested_by(configuration, self.components, self.channels)

        async def change() -> None:
            self.notifier.use(interested)
            self.refusals.keep(interested.addresses)
            self.settings = configuration.channels

        return change


@asynccontextmanager
async def start_notify(
    runtime: Runtime, configuration: Configuration, components: ComponentsOf, reported: EventsPart, host: PluginHost
) -> AsyncIterator[NotifyPart]:
    """Notify of what is open and was not notified yet, then of each change."""
    events, channels = reported.service, host.channels.by_name
    workers: list[Outgoing] = []

    def queued() -> None:
        for each in workers:
            each.wake()

    interested = interested_by(configuration, components, channels)
    notifier = IncidentNotifier(
        runtime.state,
        interested,
        lambda: [each for each in events.alarm_state.incidents.values() if each.state.open],
        queued,
        runtime.clock,
        runtime.machine.new_id,
        reported.outward_incident,
        reported.is_muted,
    )
    refusals = RefusedRecipients(Conditions(REFUSED, reported.notices, events.alarm_state.active), runtime.counters)
    refusals.keep(interested.addresses)
    part = NotifyPart(notifier, components, channels, configuration.channels, refusals, workers)
    events.subscribe(notifier)
    async with AsyncExitStack() as stack:
        for name, worker in _workers(runtime, part, reported, host, stack).items():
            workers.append(worker)
            runtime.supervisor.keep_running(name, worker.run)
            stack.push_async_callback(runtime.supervisor.cancel, name)
        runtime.supervisor.keep_running("notifications", notifier.run)
        stack.push_async_callback(runtime.supervisor.cancel, "notifications")
        yield part


def _workers(
    runtime: Runtime, part: NotifyPart, reported: EventsPart, host: PluginHost, stack: AsyncExitStack
) -> Mapping[str, Outgoing]:
    """A worker for each channel, and one for what is to go by channels that there are not (any more)."""
    conditions = Conditions(FAILED, reported.notices, reported.service.alarm_state.active)
    how = (
        *(conditions, part.refusals, runtime.clock, runtime.counters, runtime.machine.new_id),
        reported.known_time.believed,
    )
    workers = {"notifications by nobody": Outgoing(runtime.state, lambda by: by not in part.channels, by_nobody, *how)}
    for name in part.channels:
        handing_over = HandingOver(name, host, lambda: part.settings, runtime.machine.threads)
        stack.push_async_callback(handing_over.calls.close, 1.0)
        digests = part.channels[name].digest
        workers[f"notifications by {name}"] = Outgoing(runtime.state, name.__eq__, handing_over, *how, digests=digests)
    return workers


def interested_by(
    configuration: Configuration, components: ComponentsOf, channels: Mapping[str, NotificationChannel]
) -> Interested:
    """Whom a configuration names."""
    return Interested(
        configuration.notify,
        configuration.contacts,
        components(configuration),
        configuration.appliance.name,
        configuration.zones,
        channels,
    )
