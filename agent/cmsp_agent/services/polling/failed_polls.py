"""Logs that the polls of a device begin to fail, and that they succeed again: the edges, not each poll."""

import logging

log = logging.getLogger(__name__)


class PollTrouble:
    """What is wrong with the polls of one device."""

    def __init__(self, component: str) -> None:
        self._component = component
        self._now = ""

    def note(self, trouble: str) -> None:
        """What the last poll ran into; empty where it succeeded."""
        if bool(trouble) != bool(self._now):
            log.log(
                logging.WARNING if trouble else logging.INFO,
                "poll failed" if trouble else "poll succeeds again",
                extra={"component": self._component, "detail": trouble or self._now},
            )
        self._now = trouble
