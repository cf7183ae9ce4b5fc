"""The devices as they are known now: the type of each, and what it said of itself. In memory: names are looked up here.

`reading` asks a device, `facts` has what it said, `inventory_store` keeps it.
"""

from collections.abc import Callable, Collection, Mapping

from cmsp_agent.model.component import Component
from cmsp_agent.model.interfaces import Interfaces
from cmsp_agent.model.renaming import UNCHANGED, under_new_names
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.plugin.registry import UNKNOWN, Registry
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.devices.reading import kind_of
from cmsp_agent.services.devices.undecodable import UnreadableObjects

NO_INTERFACES = Interfaces()


class Devices:
    """The devices as they are known now: the pipeline's `Inventory`."""

    def __init__(self, registry: Registry, lost_name: Callable[[str], str] = lambda _: "") -> None:
        self._registry = registry
        self.lost_name = lost_name
        """Component → a host name of its that can't be resolved any more; empty where there is none."""
        self._components: Mapping[str, Component] = {}
        self._facts: dict[str, DeviceFacts] = {}
        self._types: dict[str, DeviceType] = {}
        self.unreadable = UnreadableObjects()
        """Values of theirs that could not be decoded."""

    def configure(self, components: Mapping[str, Component], renamed: Mapping[str, str] = UNCHANGED) -> None:
        """Take the components of a configuration; what was learned of those that stay is kept.

        Args:
            components: those of the configuration, by name.
            renamed: name before → name now, of devices that are called otherwise.
        """
        self._components = components
        self._facts = under_new_names(self._facts, renamed)
        self._facts = {name: facts for name, facts in self._facts.items() if name in components}
        self._types = {name: self._judge(name) for name in components}

    @property
    def registry(self) -> Registry:
        """The device types that there are."""
        return self._registry

    @property
    def components(self) -> Mapping[str, Component]:
        """The components of the configuration in force, with addresses in place of names."""
        return self._components

    def component(self, name: str) -> Component | None:
        """A component of the configuration in force, at whatever time this is asked."""
        return self._components.get(name)

    def names(self) -> Collection[str]:
        """The names of the components in force."""
        return self._components.keys()

    def device_type(self, component: str) -> DeviceType:
        """The type that a component was configured with or identified as; the most general one until then."""
        return self._types.get(component, UNKNOWN)

    def interfaces(self, component: str) -> Interfaces:
        """The interfaces of a component; none where its inventory was not read yet."""
        facts = self._facts.get(component)
        return Interfaces(facts.interfaces, facts.interface_descriptions) if facts else NO_INTERFACES

    def facts(self, component: str) -> DeviceFacts | None:
        """What a device said of itself when it was last asked."""
        return self._facts.get(component)

    def learn(self, component: str, facts: DeviceFacts) -> bool:
        """Take what a device says of itself; True where anything differs from before."""
        if component not in self._components or self._facts.get(component) == facts:
            return False
        self._facts[component] = facts
        self._types[component] = self._judge(component)
        return True

    def _judge(self, name: str) -> DeviceType:
        component = self._components[name]
        configured = self._registry.named(component.type)
        facts = self._facts.get(name)
        if configured is None and facts is not None and (facts.sys_object_id or facts.sys_descr):
            found = kind_of(facts, self._registry)
            if found is not None:
                return found
        return self._registry.initial(component.type, has_snmp=component.credentials.snmp is not None)
