"""The device types that plugins registered: by name, and by what a device says of itself."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from cmsp_agent.plugin.api import DeviceType, Kpi, ShownKpi

LONGEST_DESCR = 1024
"""Characters of sysDescr that a pattern may look at."""

NO_OBJECT_ID = ("", "0.0")
"""What sysObjectID is where a device, or its view, shows none."""

OWN_UNITS = {
    "icmp.rtt": "s",
    "icmp.loss": "percent",
    "service.time": "s",
    "service.status": "",
    "certificate.days": "days",
    "calls.failed": "calls",
    "calls.failed.trunk": "calls",
}
"""The units of what the agent measures of any component."""

UNKNOWN = DeviceType("unknown", "Device of a kind that no plugin knows", snmp=False)


class Registry:
    """Device types by name. Only the plugin host adds to it, and only what it has checked."""

    def __init__(self) -> None:
        self._types: dict[str, DeviceType] = {}
        self._plugins: dict[str, str] = {}

    @property
    def types(self) -> Mapping[str, DeviceType]:
        """All device types, in the order in which they were registered."""
        return MappingProxyType(self._types)

    def __iter__(self) -> Iterator[DeviceType]:
        return iter(self._types.values())

    def plugin_of(self, name: str) -> str | None:
        """The plugin that registered a device type."""
        return self._plugins.get(name)

    def add(self, plugin: str, device_type: DeviceType) -> None:
        """Register a device type; the caller made sure that its name is free."""
        self._types[device_type.name] = device_type
        self._plugins[device_type.name] = plugin

    def fitting(self, kind: DeviceType) -> tuple[DeviceType | None, list[str]]:
        """A device type as it fits beside those that are registered, and what of it does not."""
        owner = self._plugins.get(kind.name)
        if owner is not None:
            return None, [f"name: {kind.name!r} is registered already by plugin {owner!r}"]
        wrong: list[str] = []
        fallback = next((other.name for other in self if other.fallback), None)
        if kind.fallback and fallback is not None:
            wrong.append(f"fallback: {fallback!r} takes the devices that nobody knows; there is one such type")
            kind = replace(kind, fallback=False)
        for prefix, other in self._hidden(kind):
            wrong.append(f"sys_object_ids: {prefix!r} is taken by {other!r}, which is asked first")
        return kind, wrong

    def _hidden(self, kind: DeviceType) -> Iterator[tuple[str, str]]:
        """(prefix, the other device type) where another takes every device before this one."""
        for other in self:
            if other.sys_descr in ("", kind.sys_descr) and not other.shown_by:
                yield from ((prefix, other.name) for prefix in kind.sys_object_ids if prefix in other.sys_object_ids)

    def named(self, name: str) -> DeviceType | None:
        """The device type of that name, or None."""
        return self._types.get(name)

    def initial(self, configured: str, *, has_snmp: bool) -> DeviceType:
        """What to take a component for before it was asked: its configured type, else the most general one there is.

        Args:
            configured: the YAML's `type`; `auto` or a name nobody registered count as not known.
            has_snmp: whether there are SNMP credentials for it.
        """
        named = self._types.get(configured)
        if named is not None:
            return named
        general = (kind for kind in self if (kind.fallback if has_snmp else not kind.snmp))
        return next(general, UNKNOWN)

    def identify(
        self, sys_object_id: str, sys_descr: str, but_not: Collection[str] = (), shown: Collection[str] = ()
    ) -> DeviceType | None:
        """The device type whose sysObjectID prefix matches longest and whose sysDescr pattern fits; else the fallback.

        Args:
            sys_object_id: dotted (SNMPv2-MIB sysObjectID.0).
            sys_descr: text (SNMPv2-MIB sysDescr.0).
            but_not: the names of the device types that it only looks like.
            shown: of the device types that a device has to show (`shown_by`), those that this one shows;
                so for those that are found by a sign (`found_by`).
        """
        sys_object_id = sys_object_id.lstrip(".")
        best: tuple[int, DeviceType | None] = (-1, None)
        for kind in self:
            length = _match(kind, sys_object_id)
            possible = kind.name not in but_not and (not kind.shown_by or kind.name in shown)
            if length > best[0] and possible and _describes(kind, sys_descr, sys_object_id):
                best = (length, kind)
        signs = (kind for kind in self if kind.found_by and kind.name in shown)
        return best[1] or next(signs, None) or next((kind for kind in self if kind.fallback), None)


def _match(kind: DeviceType, oid: str) -> int:
    if oid in NO_OBJECT_ID:
        return 0 if kind.descr_is_enough and kind.sys_descr else -1
    fitting = [prefix for prefix in kind.sys_object_ids if oid == prefix or oid.startswith(prefix + ".")]
    return max((prefix.count(".") + 1 for prefix in fitting), default=-1)


def _describes(kind: DeviceType, descr: str, oid: str) -> bool:
    if not descr.strip() and any(oid == product for product, _ in kind.identity.products):
        return True
    return not kind.sys_descr or re.search(kind.sys_descr, descr[:LONGEST_DESCR]) is not None


def figures_of(kind: DeviceType) -> tuple[Kpi | ShownKpi, ...]:
    """All that a device type measures, by SNMP and by show commands."""
    return (*kind.kpis, *(kpi for table in kind.tables for kpi in table.kpis))


def figure_names(registry: Registry) -> dict[str, frozenset[str]]:
    """Device type → the names of all that is measured of its components."""
    return {kind.name: frozenset(OWN_UNITS) | {kpi.name for kpi in figures_of(kind)} for kind in registry}
