"""How the configurations of each component are read and worked on, off the event loop."""

from collections.abc import Callable
from typing import TypeVar

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.model.errors import Refused, StorageError
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.archive_text import ArchiveText
from cmsp_agent.services.backups.clean_text import ConfigText

COMPUTING = 60.0
"""Seconds for compressing, redacting or comparing one configuration."""
T = TypeVar("T")


class ConfigTexts:
    """One `ConfigText` for each platform.

    Args:
        platform: of a component, by its name.
        pool: where texts are worked on.
    """

    def __init__(self, platform: Callable[[str], CliPlatform | None], pool: BlockingPool) -> None:
        self._platform = platform
        self._pool = pool
        self._texts: dict[CliPlatform, ConfigText] = {}

    def of(self, component: str) -> ConfigText:
        """How the component's configurations are read.

        Raises:
            Refused: its device type says it no more.
        """
        platform = self._platform(component)
        if platform is None:
            raise Refused(f"{component}: its device type says no more which parts of a configuration are secret")
        return self.of_platform(platform)

    def of_platform(self, platform: CliPlatform) -> ConfigText:
        """How the configurations of a platform are read."""
        if platform not in self._texts:
            archive = platform.fetch is not None and platform.fetch.archive
            self._texts[platform] = ArchiveText(platform) if archive else ConfigText(platform)
        return self._texts[platform]

    async def compute(self, work: Callable[[], T]) -> T:
        """Work on a configuration off the event loop: a large one takes a while.

        Raises:
            StorageError: too much work is waiting.
        """
        try:
            return await self._pool.run(work, within=COMPUTING)
        except (TimeoutError, PoolFull) as error:
            raise StorageError(f"a configuration could not be worked on: {error}") from error
