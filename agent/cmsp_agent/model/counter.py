"""A counter or a gauge of the agent as it is declared: what it counts, whether it means loss, what its key names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter, or those of one form where a part of the name is the receiver's, the kind's or the result's."""

    name: str
    """As it is counted; `*` stands for a part that varies."""
    help: str
    loss: bool = False
    """Something that the site, a person or the head-end gave us is gone, or was not done."""
    label: str = "reason"
    """What the key of a count names, where it has one."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One gauge, or those of one form. The part that varies becomes the label's value."""

    name: str
    """As it is published in the agent."""
    metric: str
    """As `/v1/metrics` shows it."""
    help: str
    label: str = ""


def declared(label: str, rows: Mapping[str, str], *, loss: bool = False) -> Iterator[Counter]:
    """Counters that share a label: name → what it counts."""
    return (Counter(name, text, loss, label) for name, text in rows.items())
