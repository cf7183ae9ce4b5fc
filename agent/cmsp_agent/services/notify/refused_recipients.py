"""The recipients whom a mail server refuses for good: each is reported once, until a server takes a mail for it."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.notification import DeliveryFailed, OutgoingNotification
from cmsp_agent.services.events.conditions import Conditions

REFUSED = "notification.refused"


class RefusedRecipients:
    """Who is refused, as alarms of their addresses."""

    def __init__(self, conditions: Conditions, counters: Counters) -> None:
        self._conditions = conditions
        self._counters = counters

    @staticmethod
    def still_due(notification: OutgoingNotification, error: DeliveryFailed) -> OutgoingNotification | None:
        """The notification for those who are tried again; None where all who have yet to get it are refused for good.

        Who has it is not tried again. A channel without addresses has no recipients, and is.
        """
        left = tuple(each for each in error.remaining or notification.recipients if each not in error.refused)
        return replace(notification, recipients=left) if left or not error.refused else None

    def note(self, notification: OutgoingNotification, error: DeliveryFailed) -> None:
        """Report the refused; of the others it is known that a server takes their mails."""
        for each in sorted(error.refused):
            self._counters.add("notifications.refused")
            self._conditions.hold(each, f"{each} is not notified: {error}; what is refused for good is not tried again")
        if error.remaining:
            self.taken(each for each in notification.recipients if each not in {*error.remaining, *error.refused})

    def taken(self, recipients: Iterable[str]) -> None:
        """A server took a mail for these."""
        for each in recipients:
            self._conditions.end(each, f"{each} is notified again")

    def keep(self, named: Collection[str]) -> None:
        """The file names these addresses: of no other is anything reported any more."""
        for _, address in [*self._conditions.held]:
            if address not in named:
                self._conditions.end(address, f"the file does not name {address} any more")
