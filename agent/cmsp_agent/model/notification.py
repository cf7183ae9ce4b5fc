"""What interested parties are sent about an incident, and what they were sent last."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.secret import Secret

ChannelSettings: TypeAlias = Mapping[str, Secret | str | int | float | bool]
"""What the site's file says for a notification channel, by key."""


class DeliveryFailed(AgentError):
    """A notification was not taken; the text says why."""

    def __init__(self, text: str, remaining: Collection[str] = (), refused: Collection[str] = ()) -> None:
        """Say why.

        Args:
            text: for people.
            remaining: the recipients who have yet to get it, where others have it; empty: nobody has it.
            refused: the recipients who will never get it, however often it is tried: they are not tried again.
        """
        super().__init__(text)
        self.remaining = tuple(remaining)
        self.refused = frozenset(refused)


@dataclass(frozen=True, slots=True)
class OutgoingNotification:
    """One mail or post that waits or was tried. Times in ms since the epoch."""

    id: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    """For people."""
    thread: str
    """The incident that it is about, for the headers by which mails hang together; empty: a digest."""
    created_at: int
    attempts: int = 0
    next_at: int = 0
    by: str = "smtp"
    """The notification channel."""
    document: str = "{}"
    """The same for programs: JSON."""


@dataclass(frozen=True, slots=True)
class Notified:
    """What one policy's recipients know of one incident."""

    incident: str
    policy: int
    """The policy's key."""
    priority: str
    state: str
    """Empty: they know nothing yet, its opening waits for others."""
    at: int
    escalated: bool = False
    changes: tuple[int, ...] = ()
    """When they were last notified that it came, went, or became less bad: of the latest few."""
    whom: tuple[str, ...] = ()
    """The recipients, each with its channel: they know it still when their policy is edited."""
