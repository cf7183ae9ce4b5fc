"""The story as data: what happens in each scene, what is said about it, and what must be seen before it goes on.

Knows neither the terminal nor the processes: a `Stage` gives it hands, a `Narrator` gives it a voice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from tests.lab.agent.picture import Picture

Seen = Callable[[Picture], str]
"""What is still missing from the picture, in words; empty when the scene's end has been reached."""


class Stage(Protocol):
    """What a scene can do to the site, the link and the agent; each answers with what is worth telling of it."""

    async def back_up(self, *names: str) -> str:
        """Ask the agent for backups now and wait for them."""
        ...

    async def fail_pri(self) -> str:
        """One of gw-1's two E1 lines is cut."""
        ...

    async def change_configuration(self) -> str:
        """Somebody changes gw-1; the difference between the two versions comes back."""
        ...

    async def cut_link(self) -> str:
        """The way to the head-end is lost; meanwhile the UPS changes over to its battery and gw-2's port flaps."""
        ...

    async def mend_link(self) -> str:
        """The way to the head-end is back."""
        ...

    async def kill_gateway(self) -> str:
        """gw-1 loses power."""
        ...

    async def recover_all(self) -> str:
        """Power, line and mains come back."""
        ...


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that happens.

    Attributes:
        title: what happens, in a few words.
        why: what to look at, and what the agent does and why; a sentence or three.
        act: lets it happen.
        seen: what must be seen for the scene to end.
        within: seconds after which the demonstration fails.
        stay: seconds to leave it on the screen afterwards.
        learnt: what came of it, said at the end of the scene.
    """

    title: str
    why: str
    act: Callable[[Stage], Awaitable[str]]
    seen: Seen
    learnt: Callable[[Picture], str]
    within: float = 30.0
    stay: float = 3.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a scene ended: what was learnt, and what was seen."""

    scene: Scene
    learnt: str
    picture: Picture
