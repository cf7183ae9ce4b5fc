"""The inventory as tables, and its history."""

from typing import Any

from cmsp_agent.api.schemas.base import Paged, Shape


class InventoryTable(Paged):
    """Rows of one table; every row has all columns."""

    columns: list[str]
    items: list[dict[str, Any]]


class InventoryChangeView(Shape):
    """One change; `before` is empty where it is new, `after` where it is gone."""

    component: str
    at: str
    what: str
    object: str
    before: str
    after: str


class InventoryHistory(Paged):
    """Changes, the newest first."""

    items: list[InventoryChangeView]
