"""The notification channels that plugins brought, by name. What is delivered, and when, is left to services.notify."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field

from cmsp_agent.plugin import notation
from cmsp_agent.plugin.api import NotificationChannel
from cmsp_agent.plugin.type_check import misfits, takes


@dataclass(slots=True)
class Channels:
    """Each channel, and the plugin that it is of."""

    by_name: dict[str, NotificationChannel] = field(default_factory=dict)
    plugins: dict[str, str] = field(default_factory=dict)

    def add(self, plugin: str, candidate: object) -> list[str]:
        """Take a channel in; what is wrong with it, and then it is not used."""
        wrong = misfits(candidate, NotificationChannel)
        if not isinstance(candidate, NotificationChannel) or wrong:
            return wrong
        mistakes = [f"{candidate.where}: {text}" for text in self._mistakes(candidate)]
        if not mistakes:
            self.by_name[candidate.name], self.plugins[candidate.name] = candidate, plugin
        return mistakes

    def _mistakes(self, channel: NotificationChannel) -> Iterator[str]:
        if not notation.NAME.match(channel.name):
            yield f"name: not a name ({channel.name!r}): lower case, digits, _ and -"
        elif channel.name in self.by_name:
            yield f"name: {self.plugins[channel.name]} brings a channel {channel.name!r} already"
        if inspect.iscoroutinefunction(channel.deliver):
            yield "deliver: a plain function, not `async def`"
        elif not takes(channel.deliver, 2):
            yield "deliver: a function of a delivery and the channel's settings"
