"""Reading columns side by side, and the size of pages."""

import pytest

from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import ber, indexes
from cmsp_agent.transports.snmp.ber import DecodeError
from cmsp_agent.transports.snmp.indexes import IndexCache
from cmsp_agent.transports.snmp.pages import ETHERNET, FIRST_WAIT, SMALLEST, Pages
from cmsp_agent.transports.snmp.pdu import RESPONSE, Pdu
from cmsp_agent.transports.snmp.values import NO_NAME, HeldValue, Missing
from cmsp_agent.transports.snmp.walk import TableWalk

A, B = (ber.oid_octets(f"1.3.6.1.2.1.2.2.1.{column}") for column in (2, 8))
Row = tuple[bytes, str, HeldValue]


def answer(*rows: Row) -> Pdu:
    names = [column + tail(index) for column, index, _ in rows]
    values: list[HeldValue] = [value for _, _, value in rows]
    return Pdu(RESPONSE, 1, 0, 0, names, values, any(isinstance(value, Missing | Unreadable) for value in values))


def tail(index: str) -> bytes:
    return ber.oid_octets(f"1.3.{index}")[1:]


def two(limit: int = 1000, stop: bool = False) -> TableWalk:
    return TableWalk([A, B], IndexCache(), limit, stop)


def test_rows_come_column_by_column() -> None:
    reading = two()
    reading.take(reading.active(), answer((A, "1", b"lo"), (B, "1", 1), (A, "2", b"eth0"), (B, "2", 2)))
    assert reading.tables() == [{"1": b"lo", "2": b"eth0"}, {"1": 1, "2": 2}]
    assert [column.cursor for column in reading.active()] == [A + b"\x02", B + b"\x02"]
    assert not reading.disorder


def test_columns_end_on_their_own() -> None:
    reading = two()
    reading.take(reading.active(), answer((A, "1", b"lo"), (B, "1", 1), (B, "1", 1), (B, "300.5", 2)))
    assert [column.name for column in reading.active()] == [B]
    reading.take(reading.active(), answer((B, "300.6", 3), (B, "300.6", Missing.END_OF_MIB_VIEW)))
    assert reading.active() == []
    assert reading.tables() == [{"1": b"lo"}, {"1": 1, "300.5": 2, "300.6": 3}]
    assert not reading.disorder


def test_a_column_that_is_not_there() -> None:
    reading = two()
    reading.take(reading.active(), answer((B, "1", 1), (A, "1", Missing.END_OF_MIB_VIEW)))
    assert reading.tables() == [{}, {}]
    assert reading.active() == []


def test_answers_cut_anywhere() -> None:
    reading = two()
    reading.take(reading.active(), answer((A, "1", 1), (B, "1", 1), (A, "2", 2)))
    assert [column.cursor for column in reading.active()] == [A + b"\x02", B + b"\x01"]
    reading.take(reading.active(), answer((A, "3", 3)))
    assert reading.tables() == [{"1": 1, "2": 2, "3": 3}, {"1": 1}]
    assert len(reading.active()) == 2


@pytest.mark.parametrize("value", list(Missing))
def test_a_hole_ends_the_column(value: Missing) -> None:
    reading = TableWalk([A], IndexCache(), 100, stop_at_disorder=False)
    reading.take(reading.active(), answer((A, "1", 1), (A, "2", value), (A, "3", 3)))
    assert reading.tables() == [{"1": 1}]
    assert reading.active() == []


def test_a_binding_without_a_name_ends_the_column_with_the_reason() -> None:
    reading = TableWalk([A], IndexCache(), 100, stop_at_disorder=False)
    odd = answer((A, "1", 1), (A, "2", Unreadable(NO_NAME, b"")), (A, "3", 3))
    odd.names[1] = b""
    reading.take(reading.active(), odd)
    assert reading.tables() == [{"1": 1}]
    assert reading.columns[0].failed == NO_NAME
    assert not reading.is_plain()


def test_circles_and_disorder() -> None:
    for stop in (False, True):
        reading = TableWalk([A], IndexCache(), 100, stop_at_disorder=stop)
        reading.take(reading.active(), answer((A, "5", 5), (A, "7", 7)))
        reading.take(reading.active(), answer((A, "6", 6)))
        assert reading.disorder
        assert bool(reading.active()) is not stop
        if not stop:
            reading.take(reading.active(), answer((A, "5", 5)))
            assert reading.active() == [], "nothing new: it goes in circles"


def test_an_agent_that_answers_the_first_name_only_is_asked_one_by_one() -> None:
    reading = two()
    reading.take(reading.next_columns(0), answer((A, "1", 1), (A, "2", 2)))
    assert reading.tables() == [{}, {}], "whose rows they are is not sure"
    for column in reading.columns:
        reading.take([column], answer((column.name, "1", 1)))
    assert reading.one_by_one
    assert not reading.disorder
    assert reading.tables() == [{"1": 1}, {"1": 1}]


def test_an_agent_that_begins_anew_behind_its_end_is_not_one() -> None:
    reading = two()
    reading.take(reading.next_columns(0), answer((A, "1", 1), (B, "1", 1)))
    reading.take(reading.next_columns(0), answer((B, "1", 1), (A, "1", 1)))
    for column in reversed(reading.columns):
        reading.take([column], answer((A, "1", 1) if column.name == B else (B, "1", 1)))
    assert reading.next_columns(0) == []
    assert not reading.one_by_one
    assert reading.tables() == [{"1": 1}, {"1": 1}]


def test_order_is_that_of_sub_identifiers() -> None:
    reading = TableWalk([A], IndexCache(), 100, stop_at_disorder=False)
    for index in ("127", "128", "16383", "16384", "2097152"):
        reading.take(reading.active(), answer((A, index, 1)))
    assert not reading.disorder
    assert list(reading.tables()[0]) == ["127", "128", "16383", "16384", "2097152"]


def test_out_of_the_column_and_back_again() -> None:
    reading = TableWalk([A], IndexCache(), 100, stop_at_disorder=False)
    reading.take(reading.active(), answer((A, "1", 1), (B, "1", 1), (A, "2", 2)))
    assert reading.active() == []
    assert reading.tables()[0]["1"] == 1


def test_the_limit() -> None:
    reading = TableWalk([A], IndexCache(), 2, stop_at_disorder=False)
    seen = []
    for index in ("1", "2"):
        reading.take(reading.active(), answer((A, index, 1)))
        seen.append(reading.cut)
    assert seen == [False, True]
    assert reading.active() == []


def test_bad_answers() -> None:
    reading = two()
    with pytest.raises(DecodeError):
        reading.take(reading.active(), answer())


def test_what_can_not_be_read_costs_its_own_row() -> None:
    for _ in range(2):  # the names are new, then known
        reading = two()
        bad = Unreadable("number of no octets", b"")
        reading.take(reading.active(), answer((A, "1", 1), (B, "1", bad), (A, "2", bad), (B, "2", 2)))
        reading.take(reading.active()[:1], Pdu(RESPONSE, 1, 0, 0, [A + b"\x83", A + b"\x04"], [3, 4]))
        assert [column.cursor for column in reading.active()] == [A + b"\x04", B + b"\x02"]
        assert [set(column.unreadable()) for column in reading.columns] == [{"2", f"?{A.hex()}83"}, {"1"}]
        assert reading.columns[0].unreadable()["2"] == bad
        assert reading.tables() == [{"1": 1, "4": 4}, {"2": 2}]
        assert not reading.disorder


def test_padded_names_are_the_same_rows() -> None:
    reading = two()
    reading.take(reading.active()[:1], Pdu(RESPONSE, 1, 0, 0, [A + b"\x80\x01", A + b"\x80\x02"], [1, 2]))
    assert reading.columns[0].cursor == A + b"\x02"
    reading.take(reading.active()[:1], Pdu(RESPONSE, 1, 0, 0, [B + b"\x80\x01"], [9]))
    assert reading.tables()[0] == {"1": 1, "2": 2}
    assert reading.columns[0].done


def test_the_cache_starts_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "MOST_INDEXES_KEPT", 5)
    cache = IndexCache()
    for index in range(1, 40, 2):
        reading = TableWalk([A, B], cache, 100, stop_at_disorder=False)
        asked = reading.active()
        reading.take(
            asked, answer((A, str(index), 1), (B, str(index), 1), (A, str(index + 1), 1), (B, str(index + 1), 1))
        )
        assert reading.tables() == [{str(index): 1, str(index + 1): 1}] * 2
        assert len(asked[0].indexes.known) <= 5


def test_pages_fill_the_datagram() -> None:
    pages = Pages(1472, 0)
    assert pages.rows([A, B], 0) == (1472 - 60) // 46
    pages.arrived([A, B], 60 + 20 * 40, 40)
    assert pages.rows([A, B], 0) == (1472 - 60) // 40
    assert pages.rows([A], 0) == (1472 - 60) // 23, "each set of columns has its own size"
    assert pages.proven_limit == 0


def test_pages_end_where_the_table_ended_last_time() -> None:
    pages = Pages(1472, 0)
    pages.ended([A, B], 10)
    assert [pages.rows([A, B], done) for done in (0, 4, 9, 10)] == [11, 7, 2, 1]
    assert pages.rows([A, B], 11) > 20, "the table has grown"
    pages.ended([A, B], 0)
    assert pages.rows([A, B], 0) == 1


def test_two_losses_make_pages_smaller() -> None:
    pages = Pages(16_384, 0)
    pages.lost()
    assert pages.proven_limit == 0
    pages.lost()
    assert pages.proven_limit == ETHERNET
    pages.lost()
    pages.arrived([A], 100, 5)
    pages.lost()
    assert pages.proven_limit == ETHERNET, "an answer in between: bad luck"
    pages.lost()
    assert pages.proven_limit == ETHERNET // 2


def test_too_big_halves_to_a_limit_and_success_grows_it_again() -> None:
    pages = Pages(1472, 0)
    halvings = 0
    while pages.refused():
        halvings += 1
    assert (halvings, pages.proven_limit) == (4, SMALLEST)
    assert pages.rows([A] * 30, 0) == 1
    pages = Pages(1472, 700)
    assert pages.proven_limit == 700
    for _ in range(FIRST_WAIT):
        pages.arrived([A], 100, 5)
    assert pages.proven_limit == 1400
    assert pages.refused()
    for _ in range(FIRST_WAIT):
        pages.arrived([A], 100, 5)
    assert pages.proven_limit == 700, "after a refusal it takes twice as long"
    for _ in range(FIRST_WAIT):
        pages.arrived([A], 100, 5)
    assert pages.proven_limit == 1400


def test_a_kept_size_is_never_above_the_path() -> None:
    assert Pages(1472, 9000).proven_limit == 0
