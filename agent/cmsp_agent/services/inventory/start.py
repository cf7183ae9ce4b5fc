"""The part for the inventory: keeps it up to date beside the polls, and announces what changed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.errors import StorageError
from cmsp_agent.pipeline.alarm_types import inventory
from cmsp_agent.services.backups import Backups
from cmsp_agent.services.devices.start import DevicesPart
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.inventory.announcing import Announcer
from cmsp_agent.services.inventory.listing import InventoryBook
from cmsp_agent.services.inventory.upkeep import InventoryUpkeep
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class InventoryPart(Part):
    """The book that is read, and who keeps it."""

    alarm_types = inventory.ALARM_TYPES
    book: InventoryBook
    upkeep: InventoryUpkeep

    def prepare(self, configuration: Configuration) -> Change:  # noqa: ARG002
        """What the file says of components is kept soon after."""

        async def change() -> None:
            self.upkeep.wakeup.wake()

        return change


@asynccontextmanager
async def start_inventory(
    runtime: Runtime, known: DevicesPart, backups: Backups, notices: Notices
) -> AsyncIterator[InventoryPart]:
    """Keep it from now on; the last times that components were seen are written at the end."""
    devices = known.devices
    known.keeper.subscribe(Announcer(notices))
    upkeep = InventoryUpkeep(
        lambda: devices.components, devices.device_type, backups, known.keeper, known.seen, runtime.clock
    )
    book = InventoryBook(runtime.state, lambda: devices.components, known.seen)
    runtime.supervisor.keep_running("inventory", upkeep.run)
    try:
        yield InventoryPart(book, upkeep)
    finally:
        await runtime.supervisor.cancel("inventory")
        try:
            await known.seen.write()
        except StorageError:
            runtime.counters.add("inventory.not_stored")
