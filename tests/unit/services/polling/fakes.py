"""A device that answers from a dictionary, for tests of polling."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp.target import Quirks


def key(oid: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in oid.split("."))


@dataclass
class FakeSession:
    """Answers GET, GETNEXT and columns from `objects`; raises `failure` where there is one."""

    objects: dict[str, Value] = field(default_factory=dict)
    failure: Exception | None = None
    table_failure: Exception | None = None
    quirks: Quirks = field(default_factory=Quirks)
    gets: int = 0
    walks: int = 0
    probes: int = 0
    is_v1: bool = False

    unreadable: dict[str, Unreadable] = field(default_factory=dict)

    def take_unreadable(self) -> Mapping[str, Unreadable]:
        taken, self.unreadable = self.unreadable, {}
        return taken

    async def get(self, *oids: str) -> Mapping[str, Value]:
        self.gets += 1
        if self.failure:
            raise self.failure
        return {oid: self.objects[oid] for oid in oids if oid in self.objects}

    async def probe(self) -> None:
        self.probes += 1
        if self.failure:
            raise self.failure

    async def get_next(self, *oids: str) -> Mapping[str, tuple[str, Value]]:
        found = {}
        for oid in oids:
            after = sorted((name for name in self.objects if key(name) > key(oid)), key=key)
            if after:
                found[oid] = (after[0], self.objects[after[0]])
        return found

    async def columns(self, *columns: str, limit: int = 10_000) -> Mapping[str, Mapping[str, Value]]:
        self.walks += 1
        if self.table_failure:
            raise self.table_failure
        return {
            column: {
                oid[len(column) + 1 :]: value for oid, value in self.objects.items() if oid.startswith(column + ".")
            }
            for column in columns
        }
