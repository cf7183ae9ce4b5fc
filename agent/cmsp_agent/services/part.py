"""A part of the agent: it starts, changes with the configuration, and stops. Read `app.agent` next."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.component import Component
from cmsp_agent.plugin.api import AlarmType
from cmsp_agent.services.jobs import JobKind

Change = Callable[[], Awaitable[None]]
"""What `prepare` made ready, to take effect."""
ComponentsOf = Callable[[Configuration], Mapping[str, Component]]
"""The components of a configuration, with what was learned of them (`services.devices.start`)."""

NO_JOBS: Mapping[str, JobKind] = {}


async def nothing() -> None:
    """A change that changes nothing."""


class Part:
    """A part that runs. What a part has nothing to say about stays as it is here."""

    alarm_types: ClassVar[tuple[AlarmType, ...]] = ()
    """What it reports of the agent itself; each type of the register is of one part."""

    def prepare(self, configuration: Configuration) -> Change:  # noqa: ARG002
        """Do what can fail for a configuration, and return what makes it take effect.

        Raises:
            ConfigurationError: it can't be used; nothing has changed.
        """
        return nothing

    async def status(self) -> Mapping[str, Any]:
        """Members that this part adds to the agent's status."""
        return {}

    async def heartbeat(self) -> Mapping[str, Any]:
        """Members that this part adds to each heartbeat: few, and cheap to make."""
        return {}

    @property
    def jobs(self) -> Mapping[str, JobKind]:
        """The kinds of jobs that it carries out."""
        return NO_JOBS
