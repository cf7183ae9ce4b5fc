"""A loop for each component, in its own phase; a change of the configuration disturbs those alone that it is about.

Knows nothing of what is asked: see `poller` and `commands`.
"""

import zlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Generic, Protocol, TypeVar

from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.component import Component


class AsksComponent(Protocol):
    """What asks one component."""

    @property
    def component(self) -> Component:
        """The component, as the configuration has it."""
        ...


A = TypeVar("A", bound=AsksComponent)


def phase(name: str, every: float) -> float:
    """Where in its interval a device is polled: seconds, the same after every restart, spread evenly over all names."""
    return zlib.crc32(name.encode()) / 2**32 * every


class ComponentLoops(Generic[A]):
    """Runs a loop for each component for as long as the supervisor runs.

    Args:
        what: begins the names of the tasks.
        make: what asks a component.
        loop: asks it again and again, until cancelled.
        supervisor: owns the loops.
    """

    def __init__(
        self, what: str, make: Callable[[Component], A], loop: Callable[[A], Awaitable[None]], supervisor: Supervisor
    ) -> None:
        self._what = what
        self._make = make
        self._loop = loop
        self._supervisor = supervisor
        self._asked: dict[str, A] = {}

    @property
    def asked(self) -> Mapping[str, A]:
        """Component → what asks it."""
        return self._asked

    async def configure(self, components: Mapping[str, Component]) -> None:
        """Ask these from now on: the loops of what is gone or changed end, those of the rest go on undisturbed."""
        for name, known in list(self._asked.items()):
            if components.get(name) != known.component:
                await self._supervisor.cancel(self._task(name))
                del self._asked[name]
        for name, component in components.items():
            if name not in self._asked:
                made = self._asked[name] = self._make(component)
                self._supervisor.keep_running(self._task(name), partial(self._loop, made))

    def _task(self, name: str) -> str:
        return f"{self._what} {name}"
