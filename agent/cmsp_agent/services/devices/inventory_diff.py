"""The differences between two readings of a component's inventory. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from cmsp_agent.model.inventory import InventoryChange

Things = Mapping[str, str]
"""Name → what is said of it; a member that a component has one of is under the empty name."""

MOST_AT_ONCE = 200
"""Changes of one reading: a device whose interfaces are all called otherwise is no news of a thousand lines."""


def changed(
    component: str, before: Mapping[str, Any], after: Mapping[str, Any], at: int
) -> tuple[InventoryChange, ...]:
    """The changes, in the order of the members. What was not known before is no change.

    Args:
        component: its name.
        before: what was known of it.
        after: what is known now.
        at: when.
    """
    found = []
    for member, (what, things_of) in MEMBERS.items():
        if member in before and before[member] != after.get(member):
            old, new = things_of(before[member]), things_of(after.get(member))
            found += [
                InventoryChange(component, at, what, name, old.get(name, ""), new.get(name, ""))
                for name in (*old, *(name for name in new if name not in old))
                if old.get(name, "") != new.get(name, "")
            ]
    return tuple(found[:MOST_AT_ONCE])


def _one(value: Any) -> Things:
    return {"": str(value)} if value else {}


def _contract(value: Any) -> Things:
    if not isinstance(value, Mapping) or not value:
        return {}
    return {"": ", until ".join(str(each) for each in value.values() if each)}


def _entities(value: Any) -> Things:
    return {each["name"]: _entity(each) for each in value or ()}


def _entity(each: Mapping[str, Any]) -> str:
    serial = f"(serial {each['serial']})" if each.get("serial") else ""
    software = f"software {each['software']}" if each.get("software") else ""
    return " ".join(part for part in (each.get("model") or each.get("kind") or "a part", serial, software) if part)


def without_software(part: str) -> str:
    """What is said of a part, without its software."""
    return part.partition(" software ")[0]


def _interfaces(value: Any) -> Things:
    return dict.fromkeys((value or {}).values(), "there")


def _interface_facts(value: Any) -> Things:
    return {name: _interface(each) for name, each in (value or {}).items()}


def _interface(each: Mapping[str, Any]) -> str:
    speed = f"{each['speed']} Mbit/s" if each.get("speed") else ""
    said = (each.get("description", ""), speed, each.get("mac", ""), *each.get("addresses", ()))
    return ", ".join(part for part in said if part)


def _addresses(value: Any) -> Things:
    return dict.fromkeys(value or (), "there")


def _neighbours(value: Any) -> Things:
    return {f"{each.get('name', '')} on {each.get('interface', '')}": _neighbour(each) for each in value or ()}


def _neighbour(each: Mapping[str, Any]) -> str:
    return ", ".join(str(each[key]) for key in ("port", "address", "platform") if each.get(key)) or "there"


def _named(key: str) -> Callable[[Any], Things]:
    """Rows that are known by one of their members; the others are what is said of each."""

    def things(value: Any) -> Things:
        return {
            str(row[key]): ", ".join(f"{name.replace('_', ' ')} {one}" for name, one in row.items() if name != key)
            or "there"
            for row in value or ()
        }

    return things


MEMBERS: Mapping[str, tuple[str, Callable[[Any], Things]]] = {
    "site": ("site", _one),
    "tier": ("tier", _one),
    "support": ("support contract", _contract),
    "authorisation": ("letter of authorisation", _contract),
    "end_of_life": ("end of life", _one),
    "device_type": ("device type", _one),
    "model": ("model", _one),
    "serial": ("serial", _one),
    "software": ("software", _one),
    "sys_name": ("name", _one),
    "entities": ("part", _entities),
    "interfaces": ("interface", _interfaces),
    "interface_facts": ("settings of interface", _interface_facts),
    "addresses": ("address", _addresses),
    "neighbours": ("neighbour", _neighbours),
    "trunks": ("trunk", _named("name")),
    "dial_peers": ("dial-peer", _named("tag")),
    "translation_rules": ("translation rule", _named("rule")),
}
"""Member of the inventory → what it is called in the history, and the things in it. Others change without an entry."""
