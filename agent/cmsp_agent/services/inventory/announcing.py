"""Says at once what of the inventory's changes people want to know: a device or a part swapped, other software."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from cmsp_agent.model.inventory import InventoryChange
from cmsp_agent.pipeline.alarm_types.inventory import DEVICE_REPLACED, PART_CHANGED, SOFTWARE_CHANGED
from cmsp_agent.services.devices.inventory_diff import without_software

MOST_PARTS = 20
"""Of one reading: the history has all."""


class Noting(Protocol):
    """Where the agent's own events go (`services.events.notices.Notices`)."""

    def note(self, kind: str, name: str, text: str, component: str = "") -> None:
        """Something happened once."""


class Announcer:
    """Makes events of changes."""

    def __init__(self, notices: Noting) -> None:
        self._notices = notices

    def __call__(self, changes: Sequence[InventoryChange]) -> None:
        """Report what was swapped or upgraded. The parts of a device that was replaced as a whole are no news."""
        by_kind: dict[str, list[InventoryChange]] = {}
        for change in changes:
            by_kind.setdefault(change.what, []).append(change)
        replaced = list(_replaced(by_kind))
        for change in replaced:
            self._notices.note(DEVICE_REPLACED, "", change.text, change.component)
        for change in by_kind.get("software", ()):
            if change.before and change.after:
                self._notices.note(SOFTWARE_CHANGED, "", change.text, change.component)
        parts = [change for change in by_kind.get("part", ()) if not ("software" in by_kind and _is_upgrade(change))]
        for change in [] if replaced else parts[:MOST_PARTS]:
            self._notices.note(PART_CHANGED, change.object, change.text, change.component)


def _replaced(by_kind: Mapping[str, Sequence[InventoryChange]]) -> Iterator[InventoryChange]:
    """What shows that it is another device: its serial number; its model, where it says no number any more."""
    for change in by_kind.get("serial", ()):
        if change.before and change.after:
            yield change
        elif change.before:
            yield from (model for model in by_kind.get("model", ()) if model.before and model.after)


def _is_upgrade(change: InventoryChange) -> bool:
    """Whether the part is the same, with other software: no news where the whole device was upgraded."""
    return bool(change.before) and without_software(change.before) == without_software(change.after)
