"""The names of one device's interfaces, read with each poll's figures: a device may number them anew at any time."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from cmsp_agent.model.errors import DeviceAnswerInvalid
from cmsp_agent.model.interfaces import IF_DESCR, IF_NAME, numbered
from cmsp_agent.model.signal import PollSignal, Value
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.devices.reading import interface_names
from cmsp_agent.services.polling.interface_renaming import renames

BOTH = (IF_NAME, IF_DESCR)
NONE_SHOWN = "it shows no interface any more: was the SNMP view made smaller that we are given?"
READINGS = 5
"""Readings for which an interface that went is remembered."""
Tables = Mapping[str, Mapping[str, Value]]


class InterfaceNames:
    """What the last reading said.

    Args:
        known: what they were called in an earlier run, by ifIndex.
    """

    def __init__(self, known: Mapping[int, str]) -> None:
        self.columns: tuple[str, ...] = ()
        """What is to be read with each poll."""
        self.names: Mapping[int, str] = known
        self.unsure: frozenset[str] = frozenset()
        """Rows of which it is not sure that they are what they were at the last poll: their counters give no rate."""
        self._missing: dict[str, int] = {}
        """What interfaces were called that are in the table no more, and for how many readings."""
        self.renamed: Mapping[str, str] = {}
        """Name → what the interface is called now, of those that were renamed since these were taken."""
        self._labels = _by_row(known)
        self._twins: frozenset[str] = frozenset()
        self._moved: frozenset[str] = frozenset()
        self._read: Tables = {}

    def learn(self, facts: DeviceFacts, *, restarted: bool) -> None:
        """Take the inventory that was just read. Raises as `read`."""
        self._refuse_none(facts.interfaces)
        self.columns = BOTH if facts.interfaces else ()
        self._read = {}
        self._take(facts.interfaces, restarted=restarted)

    def as_called(self, facts: DeviceFacts) -> DeviceFacts:
        """What is known of the device, with the names of now; descriptions stay with those that kept theirs."""
        before, names = facts.interfaces, self.names
        kept = {n: text for n, text in facts.interface_descriptions.items() if before.get(n) == names.get(n)}
        return replace(facts, interfaces=names, interface_descriptions=kept)

    def read(self, tables: Tables, *, restarted: bool) -> bool:
        """Take what a poll read; True where an interface is called otherwise than before, came or went.

        Raises:
            DeviceAnswerInvalid: the device had interfaces, and shows none: that none of them fails is not known.
        """
        own = {column: tables.get(column, {}) for column in self.columns}
        if self.columns:
            self._refuse_none([rows for rows in own.values() if rows])
        changed = own != self._read and any(own.values()) and self._take_read(own, restarted=restarted)
        self._missing = {name: count + 1 for name, count in self._missing.items() if count <= READINGS}
        self.unsure, self._moved = self._twins | self._moved, frozenset()
        return changed

    def _refuse_none(self, shown: Collection[object]) -> None:
        if self.names and not shown:
            raise DeviceAnswerInvalid(NONE_SHOWN)

    def added_to(self, signal: PollSignal) -> PollSignal:
        """The poll with the names, those that are gone, and, once, those that are other ones now."""
        renamed, self.renamed = {**signal.renamed, **self.renamed}, {}
        return replace(signal, interfaces=self.names, renamed=renamed, gone=self.gone)

    def _take_read(self, own: Tables, *, restarted: bool) -> bool:
        # ifName is enough where every interface has one
        names = own[IF_NAME]
        if names.keys() >= own.get(IF_DESCR, {}).keys() and all(names.values()):
            self.columns = (IF_NAME,)
        self._read = {column: own[column] for column in self.columns}
        return self._take(interface_names(own, self.names), restarted=restarted)

    def _take(self, names: Mapping[int, str], *, restarted: bool) -> bool:
        before, self.names = self.names, names
        if before == names:
            return False
        now = renames(before, names, restarted=restarted)
        self.renamed = {old: now.get(new, new) for old, new in self.renamed.items()} | now
        missing = {**dict.fromkeys(before.values(), 0), **self._missing}
        there = frozenset(names.values())
        self._missing = {name: count for name, count in missing.items() if name not in there}
        self._labels = _by_row(names)
        self._twins = frozenset(_twins(names))
        self._moved |= {str(index) for index, name in names.items() if before.get(index) != name}
        return True

    @property
    def gone(self) -> Collection[str]:
        """The interfaces that are in the table no more, for the second reading now."""
        return {name for name, count in self._missing.items() if count > 1}

    @property
    def better(self) -> dict[str, str]:
        """The name of each interface in place of that which it has while its name is not known."""
        return {numbered("", index): name for index, name in self.names.items()}

    def known(self, index: str) -> str | None:
        """The name of an interface, or None where it has none yet."""
        return self._labels.get(index)


def _by_row(names: Mapping[int, str]) -> dict[str, str]:
    return {str(index): name for index, name in names.items()}


def _twins(names: Mapping[int, str]) -> Iterator[str]:
    """The rows whose interfaces are called alike by the device."""
    by_name = {name: index for index, name in names.items()}
    for index, name in names.items():
        bare = name.removesuffix(numbered("-", index)[1:])
        if bare != name and bare in by_name:
            yield str(index)
            yield str(by_name[bare])
