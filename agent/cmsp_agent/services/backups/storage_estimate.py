"""The storage that a retention needs at most, before it is used: as if each kept version were a new text."""

from collections.abc import Mapping
from dataclasses import dataclass

from cmsp_agent.config.configuration import BackupsKept
from cmsp_agent.model.backup import Backup
from cmsp_agent.services.backups.retention import most

ASSUMED_SIZE = 64 * 1024
"""Bytes of a configuration that was never read."""
ASSUMED_SHARE = 0.25
"""Of a text that is left once it is compressed and sealed, where nothing is stored yet."""


@dataclass(frozen=True, slots=True)
class ComponentNeed:
    """What one component needs at most."""

    component: str
    versions: int
    size: int
    """Bytes of its newest text; assumed where there is none."""
    assumed: bool
    needed: int
    """Bytes of the storage."""


@dataclass(frozen=True, slots=True)
class StorageNeed:
    """What all components need, beside what there is. Bytes."""

    counts: BackupsKept
    versions_at_most: int
    components: tuple[ComponentNeed, ...]
    used: int
    needed: int
    free: int

    @property
    def enough(self) -> bool:
        """Whether the storage has room for it."""
        return self.needed <= self.used + self.free


def storage_need(versions: Mapping[str, list[Backup]], counts: BackupsKept, used: int, free: int) -> StorageNeed:
    """Estimate with the share that compression has left of what is stored.

    Args:
        versions: component → its versions, the newest first; empty where it has none.
        counts: the retention.
        used: bytes that all contents take now.
        free: bytes that the storage has left.
    """
    plain = sum({each.blob: each.size for all_of in versions.values() for each in all_of}.values())
    share = used / plain if plain and used else ASSUMED_SHARE
    known = [all_of[0].size for all_of in versions.values() if all_of]
    mean = sum(known) // len(known) if known else ASSUMED_SIZE
    at_most = most(counts)
    rows = []
    for name, all_of in sorted(versions.items()):
        size = all_of[0].size if all_of else mean
        rows.append(ComponentNeed(name, len(all_of), size, not all_of, int(size * share * at_most)))
    return StorageNeed(counts, at_most, tuple(rows), used, sum(row.needed for row in rows), free)
