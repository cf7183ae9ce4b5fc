"""The part that notifies: policies of the file, a durable queue, the mail server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.config.configuration import Configuration, MailServer, Webhook
from cmsp_agent.model.notification import OutgoingNotification
from cmsp_agent.pipeline.alarm_types import notify
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.start import EventsPart
from cmsp_agent.services.notify.notifier import IncidentNotifier, Interested
from cmsp_agent.services.notify.outgoing import FAILED, Outgoing
from cmsp_agent.services.part import Change, ComponentsOf, Part
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.transports.smtp import Mail, MailFailed, MailServerAccess, send
from cmsp_agent.transports.webhook import WebhookAccess, WebhookFailed, post

BEYOND_THE_SERVER = 10.0
"""Seconds that a mail may take beyond the time-out of its connection."""


@dataclass(slots=True)
class NotifyPart(Part):
    """The notifier, and where its mails go."""

    alarm_types = notify.ALARM_TYPES
    notifier: IncidentNotifier
    pool: BlockingPool
    components: ComponentsOf
    server: MailServer | None
    webhook: Webhook | None

    def prepare(self, configuration: Configuration) -> Change:
        """Other policies, contacts, mail server."""
        interested = interested_by(configuration, self.components)

        async def change() -> None:
            self.notifier.use(interested)
            self.server, self.webhook = configuration.smtp, configuration.webhook

        return change

    async def send(self, notification: OutgoingNotification) -> None:
        """Hand one notification to the mail server, or post it to the web address.

        Raises:
            DeliveryFailed: there is none, or it does not take it.
        """
        if notification.by == "webhook":
            await self._post(notification)
        else:
            await self._mail(notification)

    async def _post(self, notification: OutgoingNotification) -> None:
        webhook = self.webhook
        if webhook is None:
            raise WebhookFailed("the file names no web address (webhook)")
        access = WebhookAccess(webhook.url, webhook.token, webhook.timeout)
        within = webhook.timeout + BEYOND_THE_SERVER
        try:
            await self.pool.run(partial(post, access, notification.body, notification.id), within=within)
        except (TimeoutError, PoolFull):
            raise WebhookFailed(f"no answer within {within:g} s") from None

    async def _mail(self, notification: OutgoingNotification) -> None:
        server = self.server
        if server is None:
            raise MailFailed("the file names no mail server (smtp)")
        access = MailServerAccess(
            server.host, server.port, server.sender, server.tls, server.user, server.password, server.timeout
        )
        within = server.timeout + BEYOND_THE_SERVER
        try:
            await self.pool.run(partial(send, access, mail_of(notification, server.sender)), within=within)
        except (TimeoutError, PoolFull):
            raise MailFailed(f"{server.host}: no answer within {within:g} s") from None


@asynccontextmanager
async def start_notify(
    runtime: Runtime, configuration: Configuration, components: ComponentsOf, reported: EventsPart
) -> AsyncIterator[NotifyPart]:
    """Notify of what is open and was not notified yet, then of each change."""
    events, notices = reported.service, reported.notices
    pool = BlockingPool("smtp", threads=1, waiting=10)
    conditions = Conditions(FAILED, notices, events.alarm_state.active)

    async def hand_over(notification: OutgoingNotification) -> None:
        await part.send(notification)

    outgoing = Outgoing(runtime.state, hand_over, conditions, runtime.clock, runtime.counters)
    notifier = IncidentNotifier(
        runtime.state,
        interested_by(configuration, components),
        lambda: [each for each in events.alarm_state.incidents.values() if each.state.open],
        outgoing.wake,
        runtime.clock,
        runtime.machine.new_id,
        reported.outward_incident,
    )
    part = NotifyPart(notifier, pool, components, configuration.smtp, configuration.webhook)
    events.subscribe(notifier)
    runtime.supervisor.keep_running("notifications", notifier.run)
    runtime.supervisor.keep_running("mails", outgoing.run)
    try:
        yield part
    finally:
        await runtime.supervisor.cancel("notifications")
        await runtime.supervisor.cancel("mails")
        await pool.close(within=1.0)


def interested_by(configuration: Configuration, components: ComponentsOf) -> Interested:
    """Whom a configuration names."""
    return Interested(
        configuration.notify,
        configuration.contacts,
        components(configuration),
        configuration.appliance.name,
        {name: site.timezone for name, site in configuration.sites.items()},
    )


def mail_of(notification: OutgoingNotification, sender: str) -> Mail:
    """A notification as a mail; those of one incident hang together."""
    domain = sender.rpartition("@")[2]
    first = f"<incident-{notification.thread}@{domain}>" if notification.thread else ""
    return Mail(
        notification.recipients,
        notification.subject,
        notification.body,
        f"<{notification.id}@{domain}>",
        first,
        notification.created_at / 1000,
    )
