"""A wall clock that is set while the agent runs is an event; one that keeps time, or is slewed, is none."""

import pytest

from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.host.clock_steps import ClockSteps
from tests.lab.clock import ManualClock


class Noted(Notices):
    """Keeps what is noted."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def note(self, kind: str, name: str, text: str, component: str = "") -> None:
        self.texts.append(f"{kind}: {text}")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(86_400.0, "set forward by 86400 s"), (-86_400.0, "set back by 86400 s"), (-2.0, "set back by 2 s"), (0.4, "")],
)
async def test_a_step_is_reported_once(seconds: float, said: str) -> None:
    clock, noted = ManualClock(), Noted()
    steps = ClockSteps(noted, clock)
    for _ in range(3):
        await clock.advance(60)
        steps.look()
    assert noted.texts == []
    clock.step(seconds)
    for _ in range(3):
        await clock.advance(60)
        steps.look()
    assert len(noted.texts) == bool(said)
    assert all(text.startswith("clock.stepped: ") and said in text for text in noted.texts)
