"""Hands notifications to one channel of a plugin: in a thread of its own, with a deadline.

A channel that hangs or raises costs itself alone: what it does not take stays in the queue. What it has in hand is not
handed to it again: whoever comes with the same notification learns how that ended.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial

from cmsp_agent.aio.lasting_call import LastingCall
from cmsp_agent.aio.supervise import failure_of
from cmsp_agent.aio.threads import Threads
from cmsp_agent.model.notification import DeliveryFailed, OutgoingNotification
from cmsp_agent.plugin.api import ChannelSettings, Delivery
from cmsp_agent.plugin.host import PluginHost

TIMEOUT = 30.0
"""Seconds that a channel may take, where the file gives it no `timeout`."""
BEYOND_THE_TIMEOUT = 10.0
"""Seconds that it may take beyond that."""


class HandingOver:
    """One channel."""

    def __init__(
        self, name: str, host: PluginHost, settings: Callable[[], Mapping[str, ChannelSettings]], threads: Threads
    ) -> None:
        self._name = name
        self._channel, self._plugin = host.channels.by_name[name], host.channels.plugins[name]
        self._host = host
        self._settings = settings
        self.calls: LastingCall[BaseException | None] = LastingCall(f"notify-{name}", threads)

    async def __call__(self, notification: OutgoingNotification) -> None:
        """Hand one over.

        Raises:
            DeliveryFailed: the file lacks a setting, or the channel does not take it.
        """
        settings = self._settings().get(self._name, {})
        lacking = [key for key in self._channel.needs if key not in settings]
        if lacking:
            raise DeliveryFailed(f"the file does not give the channel {self._name} its {', '.join(lacking)}")
        failed = await self._failure(notification, settings)
        is_ours = failed is None or isinstance(failed, DeliveryFailed)
        self._host.account(self._plugin, f"notification channel {self._name}", 0.0, None if is_ours else failed)
        if isinstance(failed, DeliveryFailed):
            raise failed
        if failed is not None:
            raise DeliveryFailed(
                f"the channel {self._name} of the plugin {self._plugin} fails: {type(failed).__name__}"
            )

    async def _failure(self, notification: OutgoingNotification, settings: ChannelSettings) -> BaseException | None:
        timeout = settings.get("timeout")
        within = (timeout if isinstance(timeout, int | float) else TIMEOUT) + BEYOND_THE_TIMEOUT
        work = partial(failure_of, partial(self._channel.deliver, delivery_of(notification), settings))
        try:
            return await self.calls.outcome(notification.id, work, within)
        except TimeoutError:
            return DeliveryFailed(f"the channel {self._name} does not come to an end within {within:g} s")


def delivery_of(notification: OutgoingNotification) -> Delivery:
    """A queued notification as a channel is given it."""
    return Delivery(
        notification.id,
        notification.recipients,
        notification.subject,
        notification.body,
        json.loads(notification.document),
        notification.thread,
        notification.created_at,
    )


async def by_nobody(notification: OutgoingNotification) -> None:
    """The notifications whose channel no plugin provides now.

    Raises:
        DeliveryFailed: always.
    """
    raise DeliveryFailed(f"no plugin brings the channel {notification.by}")
