"""Agents that walk their tables oddly: what `snmpbulkwalk` reads of each, column by column, ours reads side by side."""

from collections.abc import Callable, Iterator

import pytest

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.pdu import GET, GET_BULK, NO_SUCH_NAME, TOO_BIG, Pdu
from tests.integration.snmp.peers import NEEDS_COMMANDS, Rig, command, community
from tests.integration.snmp.test_odd_devices import COLUMNS, GEN_ERR, Answer, Binding, Device, running

ROWS = 25
Change = Callable[["OddWalk", Pdu, list[list[Binding]]], Answer]
"""The agent, what is asked, and for each name asked what follows it, row after row → what it answers instead."""


class OddWalk(Device):
    """An agent that changes its answers to GETNEXT and GETBULK."""

    def __init__(self, change: Change, order: Callable[[str], object] | None = None) -> None:
        super().__init__(ROWS)
        self.change = change
        if order is not None:
            self.objects.sort(key=lambda pair: (ber.oid_arcs(pair[0])[:-1], order(pair[0])))

    def answer(self, asked: Pdu) -> Answer:
        if asked.kind == GET:
            return super().answer(asked)
        names = [self.texts[name] for name in asked.names]
        count = asked.error_index if asked.kind == GET_BULK else 1
        return self.change(self, asked, [self.following(name, count) for name in names])

    def following(self, name: str, count: int) -> list[Binding]:
        out = []
        for _ in range(count):
            name, value = self.after(name)
            out.append((name, value))
        return out

    def after(self, name: str) -> Binding:
        """In its own order, which need not be that of sub-identifiers."""
        places = [oid for oid, _ in self.objects]
        if name in places:
            return (*self.objects, (name, bytes((ber.END_OF_MIB_VIEW, 0))))[places.index(name) + 1]
        return next((pair for pair in self.objects if pair[0].startswith(f"{name}.")), super().after(name))


def ended(binding: Binding) -> bool:
    return binding[1][0] == ber.END_OF_MIB_VIEW


def rows(columns: list[list[Binding]]) -> list[Binding]:
    return [binding for row in zip(*columns, strict=True) for binding in row]


def orderly(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    return 0, 0, rows(columns)


def three_rows_at_most(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    return 0, 0, rows([column[:3] for column in columns])


def one_row_whatever_is_asked(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    return 0, 0, rows([column[:1] for column in columns])


def more_rows_than_asked(agent: OddWalk, asked: Pdu, columns: list[list[Binding]]) -> Answer:
    more = 40 if asked.kind == GET_BULK else 1
    return 0, 0, rows([agent.following(agent.texts[name], more) for name in asked.names]) or rows(columns)


def cut_in_a_row(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    every = rows(columns)
    return 0, 0, every[: max(1, len(every) - 1)]


def the_first_name_alone(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    return 0, 0, columns[0]


def the_first_two_names_alone(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    return 0, 0, rows(columns[:2])


def name_after_name(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    return 0, 0, [binding for column in columns for binding in column]


def no_such_name_at_the_end(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    for place, column in enumerate(columns, 1):
        if ended(column[0]):
            return NO_SUCH_NAME, place, [(name, b"\5\0") for name, _ in (each[0] for each in columns)]
    return 0, 0, rows([[binding for binding in column if not ended(binding)][:1] for column in columns])


def generic_error_at_the_end(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    if any(ended(column[0]) for column in columns):
        return GEN_ERR, 1, []
    return 0, 0, rows([column[:1] for column in columns])


def stops_at_the_first_end(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    every = rows(columns)
    stop = next((place for place, binding in enumerate(every, 1) if ended(binding)), len(every))
    return 0, 0, every[:stop]


def the_last_row_again_and_again(agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    last = agent.objects[-1]
    return 0, 0, rows([[last if ended(binding) else binding for binding in column] for column in columns])


def begins_anew_behind_its_end(agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    first = agent.objects[0]
    return 0, 0, rows([[first if ended(binding) else binding for binding in column] for column in columns])


def too_big_beyond_ten(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    every = rows(columns)
    return (TOO_BIG, 0, []) if len(every) > 10 else (0, 0, every)


def an_index_of_no_error(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    return 0, 7, rows(columns)


def each_row_twice(_agent: OddWalk, asked: Pdu, columns: list[list[Binding]]) -> Answer:
    return 0, 0, [binding for binding in rows(columns) for _ in range(2 if asked.kind == GET_BULK else 1)]


def a_counter_without_its_leading_zero(_agent: OddWalk, _asked: Pdu, columns: list[list[Binding]]) -> Answer:
    wrong = b"\x41\x04\xf0\x00\x00\x01"
    return 0, 0, [(oid, wrong if oid.endswith(".3") and not ended((oid, value)) else value)
                  for oid, value in rows(columns)]  # fmt: skip


def sorted_as_text(oid: str) -> object:
    return oid.rpartition(".")[2]


def descending(oid: str) -> object:
    return -int(oid.rpartition(".")[2])


AGENTS: tuple[tuple[Change, Callable[[str], object] | None], ...] = (
    *((change, None) for change in (
        orderly, three_rows_at_most, one_row_whatever_is_asked, more_rows_than_asked, cut_in_a_row,
        the_first_name_alone, the_first_two_names_alone, name_after_name, no_such_name_at_the_end,
        generic_error_at_the_end, stops_at_the_first_end, the_last_row_again_and_again, begins_anew_behind_its_end,
        too_big_beyond_ten, an_index_of_no_error, each_row_twice, a_counter_without_its_leading_zero,
    )),
    (orderly, sorted_as_text),
    (three_rows_at_most, descending),
)  # fmt: skip


ONE_NAME_AT_A_TIME = (the_first_name_alone, the_first_two_names_alone, name_after_name, each_row_twice)


def named() -> Iterator[str]:
    for change, order in AGENTS:
        yield change.__name__ + (f", {order.__name__}" if order else "")


async def theirs(agent: Device, column: str) -> dict[str, int]:
    """What `snmpbulkwalk` prints of a column, out of order or not; with GETBULK refused, `snmpwalk`."""
    found: dict[str, int] = {}
    for program in ("snmpbulkwalk", "snmpwalk"):
        _, out = await command(
            program, "-v2c", "-cpublic", "-On", "-OQ", "-Ot", "-t1", "-r0", "-Cc", f"127.0.0.1:{agent.port}", column
        )
        for line in out.splitlines():
            oid, _, value = line.removeprefix(".").partition(" = ")
            if oid.startswith(f"{column}.") and value.strip().isdecimal():
                found[oid[len(column) + 1 :]] = int(value)
    return found


@NEEDS_COMMANDS
@pytest.mark.parametrize(("change", "order"), AGENTS, ids=named())
async def test_nothing_that_snmpbulkwalk_reads_is_missed(change: Change, order: Callable[[str], object] | None) -> None:
    circles = change in (the_last_row_again_and_again, begins_anew_behind_its_end, each_row_twice)
    async with running(OddWalk(change, order)) as agent, Rig() as rig:
        session = rig.session(community(), agent.port, timeout=0.5)
        tables = await session.columns(*COLUMNS)
        again = await session.columns(*COLUMNS)
        assert len(agent.asked) < 400
        assert (session.quirks.most_oids == 1) is (change in ONE_NAME_AT_A_TIME)
        for column in COLUMNS:
            held = {oid.rpartition(".")[2] for oid, _ in agent.objects if oid.startswith(f"{column}.")}
            assert set(tables[column]) == held, "it has these rows"
            assert again[column] == tables[column]
            if not circles:  # snmpbulkwalk -Cc goes round in circles for good
                assert tables[column] == await theirs(agent, column)
