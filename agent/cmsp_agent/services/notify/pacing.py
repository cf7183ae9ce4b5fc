"""How often the recipients of a policy are notified: after a few notifications, news wait and come as one digest.

What presses does not wait. What waits is found again by the next look, as it is by then.
"""

from collections import deque
from collections.abc import Sequence

from cmsp_agent.services.notify.due import Due

MOST_SINGLE = 5
"""Notifications about one incident each, within the time; of more news one digest is made."""
WITHIN = 600_000
"""Milliseconds in which no more than so many go out."""


class Pacing:
    """What each policy's recipients were sent lately. Forgotten at a restart."""

    def __init__(self) -> None:
        self._sent: dict[int, deque[int]] = {}

    def ready(self, policy: int, news: Sequence[Due], now: int) -> tuple[Sequence[Due], bool]:
        """The news of a policy that go out now, and whether they do so as one digest."""
        sent = self._sent.setdefault(policy, deque(maxlen=MOST_SINGLE))
        lately = sum(0 <= now - at < WITHIN for at in sent)
        room = MOST_SINGLE - lately
        ready = news if room else [each for each in news if each.presses]
        together = len(ready) > max(room, 1)
        sent.extend([now] * (1 if together else len(ready)))
        return ready, together
