"""A device that answers from what was recorded: OID → value, in the order of OIDs as SNMP has it."""

from collections.abc import Mapping

from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp.target import Quirks


class RecordedDevice:
    """What polling and the inventory need of an SNMP session."""

    is_v1 = False

    def __init__(self, objects: Mapping[str, Value]) -> None:
        self.quirks = Quirks()
        self._objects = dict(sorted(objects.items(), key=lambda item: _arcs(item[0])))

    def take_unreadable(self) -> Mapping[str, Unreadable]:
        """Nothing that was recorded is unreadable."""
        return {}

    async def get(self, *oids: str) -> Mapping[str, Value]:
        """The instances that there are."""
        return {oid: self._objects[oid] for oid in oids if oid in self._objects}

    async def get_next(self, *oids: str) -> Mapping[str, tuple[str, Value | Unreadable]]:
        """What follows each OID."""
        found: dict[str, tuple[str, Value | Unreadable]] = {}
        for oid in oids:
            following = next((each for each in self._objects if _arcs(each) > _arcs(oid)), None)
            if following is not None:
                found[oid] = (following, self._objects[following])
        return found

    async def columns(self, *columns: str, limit: int = 10_000) -> Mapping[str, Mapping[str, Value]]:
        """The rows of each column, `limit` at most."""
        return {column: dict(self._rows(column)[:limit]) for column in columns}

    def _rows(self, column: str) -> list[tuple[str, Value]]:
        prefix = f"{column}."
        return [(oid.removeprefix(prefix), value) for oid, value in self._objects.items() if oid.startswith(prefix)]


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in oid.split("."))
