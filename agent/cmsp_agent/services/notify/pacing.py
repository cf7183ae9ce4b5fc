"""How often the recipients of a policy are notified: after a few notifications, news wait and come as one digest.

What presses does not wait. What waits is found again by the next look, as it is by then.
"""

from collections.abc import Mapping, Sequence

from cmsp_agent.services.notify.due import Due

MOST_SINGLE = 5
"""Notifications about one incident each, within the time; of more news one digest is made."""
WITHIN = 600_000
"""Milliseconds in which no more than so many go out."""


class Pacing:
    """What each policy's recipients were sent lately: kept beside the queue, so that a restart does not forget it."""

    def __init__(self, sent: Mapping[str, Sequence[int]]) -> None:
        self.sent = {policy: [*times] for policy, times in sent.items()}
        """Policy's key → when the last few notifications went out, ms since the epoch."""

    def ready(self, policy: int, news: Sequence[Due], now: int) -> tuple[Sequence[Due], bool]:
        """The news of a policy that go out now, and whether they do so as one digest."""
        lately = [at for at in self.sent.get(str(policy), ()) if 0 <= now - at < WITHIN]
        room = MOST_SINGLE - len(lately)
        ready = news if room > 0 else [each for each in news if each.presses]
        together = len(ready) > max(room, 1)
        self.sent[str(policy)] = [*lately, *[now] * (1 if together else len(ready))][-MOST_SINGLE:]
        return ready, together
