"""The inventory as it may leave the site: numbers in the dial plan are masked unless the order permits them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cmsp_agent.model.inventory import InventoryChange

MASKED = "<masked>"
NUMBERS = re.compile(r"\d{5,}")
"""Shorter ones are extensions, tags and emergency numbers."""
DIAL_PLAN = ("dial_peers", "translation_rules")
OF_THE_DIAL_PLAN = frozenset({"dial-peer", "translation rule"})


def masked_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The members without numbers."""
    return {name: _masked_rows(value) if name in DIAL_PLAN and value else value for name, value in facts.items()}


def _masked_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: NUMBERS.sub(MASKED, value) if isinstance(value, str) else value for name, value in row.items()}
        for row in rows
    ]


def masked_changes(changes: Sequence[InventoryChange]) -> list[InventoryChange]:
    """The same of the history."""
    return [
        replace(change, before=NUMBERS.sub(MASKED, change.before), after=NUMBERS.sub(MASKED, change.after))
        if change.what in OF_THE_DIAL_PLAN
        else change
        for change in changes
    ]
