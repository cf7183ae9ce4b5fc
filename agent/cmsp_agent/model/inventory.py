"""The tables of the inventory, and a change of what is known of a component: what it was, and what it is now."""

from dataclasses import dataclass
from enum import StrEnum


class TableName(StrEnum):
    """The tables that the inventory is shown as."""

    COMPONENTS = "components"
    PARTS = "parts"
    INTERFACES = "interfaces"
    ADDRESSES = "addresses"
    NEIGHBOURS = "neighbours"
    TRUNKS = "trunks"
    DIAL_PEERS = "dial-peers"
    TRANSLATION_RULES = "translation-rules"


@dataclass(frozen=True, slots=True)
class InventoryChange:
    """One change of one thing."""

    component: str
    at: int
    """When it was found, ms since the epoch."""
    what: str
    """`serial`, `software`, `part`, `interface`, `neighbour`, `dial-peer`…"""
    object: str
    """Which of them; empty for what a component has one of."""
    before: str
    """Empty: it was not there."""
    after: str
    """Empty: it is gone."""

    @property
    def text(self) -> str:
        """For people: `part power supply 1: PWR-4 (serial A1) became PWR-4 (serial B2)`."""
        name = f"{self.what} {self.object}".strip()
        if not self.before:
            return f"{name} is new: {self.after}"
        return f"{name} became {self.after}, was {self.before}" if self.after else f"{name} is gone, was {self.before}"
