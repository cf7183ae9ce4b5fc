"""The part that knows the devices: their names' addresses, who sends from where, what was learned of each."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.renaming import UNCHANGED
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.contract_terms import Days, as_of
from cmsp_agent.services.devices.facts import DeviceFacts, from_record, to_record
from cmsp_agent.services.devices.host_names import Names, Resolver
from cmsp_agent.services.devices.inventory_store import InventoryKeeper
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.devices.last_seen import SeenTimes
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.events.component_addresses import KeptPlaces, Places, places_of
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.tables import components_seen, inventory
from cmsp_agent.storage.tables.addressed import INVENTORY

log = logging.getLogger(__name__)

AUTO = "auto"
"""The type of a component that is to be identified by asking it."""


class DevicesPart(Part):
    """Owns what is known of the devices; others read it."""

    def __init__(self, runtime: Runtime, registry: Registry, names: Names) -> None:
        self.devices = Devices(registry, lambda name: names.lost(self._written[name]))
        self.senders = Senders(runtime.counters)
        self.names = names
        self.keeper = InventoryKeeper(runtime.state, runtime.clock, runtime.machine.new_id)
        self.seen = SeenTimes(runtime.state)
        self.learned = asyncio.Event()
        """Set when something was learned that components hang on: a device's type for its groups, a name's address."""
        self._runtime = runtime
        self._hosts: Iterable[str] = ()
        self._written: Mapping[str, Component] = {}
        """The components as the file has them, with their host names."""
        self._days: Days | None = None
        self._places = KeptPlaces(INVENTORY)

    def components(self, configuration: Configuration) -> dict[str, Component]:
        """The components with what was learned since the file was read: where names lead, what their types are."""
        return {
            name: as_of(
                self.names.literal(self._regrouped(configuration, component)),
                self._days.of(component.site) if self._days is not None else None,
            )
            for name, component in configuration.components.items()
        }

    def _regrouped(self, configuration: Configuration, component: Component) -> Component:
        """The component as its groups make it: those that match a device type apply once that is known."""
        if component.type != AUTO or self.devices.facts(component.name) is None:
            return component
        return configuration.identified(component.name, self.devices.device_type(component.name).name)

    def prepare(self, configuration: Configuration) -> Change:
        """Components, senders and relays; what was learned of those that stay is kept."""
        components = self.components(configuration)

        async def change() -> None:
            self._take(configuration, components, await self._rename(places_of(configuration, components)))

        return change

    def _take(
        self, configuration: Configuration, components: Mapping[str, Component], renamed: Mapping[str, str] = UNCHANGED
    ) -> None:
        written = configuration.components
        addresses = {name: (*each.addresses, *written[name].addresses) for name, each in components.items()}
        self._hosts, self._written = configuration.hosts, written
        self.keeper.masks = configuration.privacy.mask_numbers
        self.devices.configure(components, renamed)
        self.senders.configure(addresses, renamed)
        self.senders.trust(self.names.literals(configuration.relays))

    async def _rename(self, places: Places) -> Mapping[str, str]:
        """Keep the inventory under the names that the devices have now: name before → name now."""
        moves = self._places.moves(places)
        if moves.write is not None:
            write, renamed = moves.write, moves.renamed

            def rename(tx: sqlite3.Connection) -> None:
                write(tx)
                inventory.rename(tx, renamed, places)

            await self._runtime.state.write(rename)
            self._places.take(moves)
        return moves.renamed

    def new_day(self, days: Days) -> None:
        """Letters and contracts end by the day at their site; what hangs on them follows."""
        if days != self._days:
            self._days = days
            self.learned.set()

    async def status(self) -> Mapping[str, Any]:
        """The senders that belong to no component."""
        return {"unknown_senders": self.senders.report()}

    async def begin(self, configuration: Configuration) -> None:
        """Take the components. What can't be kept under its new name at a start is so at a later one.

        Raises:
            StorageError: the database can't be read.
        """
        components = self.components(configuration)
        await self._places.load(self._runtime.state)
        try:
            await self._rename(places_of(configuration, components))
        except StorageError as error:
            log.warning("the inventory is not yet under the new names", extra={"error": str(error)})
            self._places = KeptPlaces(INVENTORY)
        self._take(configuration, components)

    async def recall(self) -> None:
        """What earlier runs learned of the devices, so that the first trap finds its interface's name."""
        self.seen.recall(await self._runtime.state.read(components_seen.known))
        for name, record in (await self._runtime.state.read(inventory.everything)).items():
            facts = from_record(record)
            if "sys_object_id" in record and self.devices.learn(name, facts):
                self.learned.set()
                self.senders.learn(name, facts.addresses, facts.sys_name)

    async def remember(self, name: str, facts: DeviceFacts) -> None:
        """Keep what was learned, and know the device by all its addresses from now on.

        Raises:
            StorageError: it can't be kept.
        """
        self.senders.learn(name, facts.addresses, facts.sys_name)
        self.learned.set()
        await self.keeper.keep(name, to_record(facts, self.devices.device_type(name).name))

    async def follow_names(self) -> None:
        """Resolve the host names again, until cancelled."""
        await self.names.run(lambda: self._hosts, self.learned.set)


@asynccontextmanager
async def start_devices(
    runtime: Runtime, registry: Registry, configuration: Configuration
) -> AsyncIterator[DevicesPart]:
    """Resolve the names, take up what earlier runs learned."""
    resolver = Resolver(runtime.machine.threads)
    names = Names(resolver, runtime.clock)
    try:
        await names.resolve(configuration.hosts)
        part = DevicesPart(runtime, registry, names)
        await part.begin(configuration)
        await part.recall()
        runtime.supervisor.keep_running("names", part.follow_names)
        yield part
    finally:
        await runtime.supervisor.cancel("names")
        await resolver.close()
