"""The history of calls that a gateway keeps: what has ended, when, by which cause, and how many failed."""

from collections.abc import Mapping

import pytest

from cmsp_agent.model.signal import Value
from cmsp_agent.plugin.api import CallHistory
from cmsp_agent.services.polling.call_history import CallReader, cause_of
from cmsp_agent.services.polling.plan import Plan
from cmsp_agent.services.polling.uptime import Uptime

TABLE = CallHistory("1.1.0", *(f"1.{column}" for column in range(2, 10)))
PLAN = Plan(calls=(TABLE,))
NOW = 1_767_225_600_000
HOUR = 3_600_000


def row(number: bytes, cause: bytes, words: bytes, connected: int, ended: int, origin: int = 1) -> tuple[Value, ...]:
    return number, 112, 0, cause, words, connected, ended, origin


class Gateway:
    """Answers one table."""

    def __init__(self, rows: Mapping[str, tuple[Value, ...]]) -> None:
        self.rows = dict(rows)

    async def get(self, *oids: str) -> Mapping[str, Value]:
        return {}

    async def columns(self, *columns: str, limit: int = 10_000) -> Mapping[str, Mapping[str, Value]]:
        return {
            column: {index: cells[place] for index, cells in self.rows.items()} for place, column in enumerate(columns)
        }


def at(uptime: int) -> Uptime:
    return Uptime(ticks=uptime)


async def test_what_has_ended_is_read_once_with_its_times() -> None:
    gateway, reader = Gateway({"1": row(b"112", b"10  ", b"normal call clearing (16)", 90_000, 93_000)}), CallReader()
    [leg] = await reader.read(gateway, PLAN, at(100_000), NOW, str)
    assert (leg.number, leg.outgoing, leg.answered, leg.port) == ("112", True, True, "dial-peer 112")
    assert (leg.began_at, leg.seconds, leg.cause) == (NOW - 100_000, 30, 16)
    assert await reader.read(gateway, PLAN, at(106_000), NOW + 60_000, str) == ()
    gateway.rows["2"] = row(b"5551", b"", b"", 0, 105_000)
    [leg] = await reader.read(gateway, PLAN, at(112_000), NOW + 120_000, str)
    assert (leg.answered, leg.cause, leg.seconds) == (False, None, 0)


async def test_sysuptime_that_has_wrapped_gives_the_right_time() -> None:
    gateway = Gateway({"1": row(b"112", b"10", b"", 2**32 - 1_000, 500)})
    [leg] = await CallReader().read(gateway, PLAN, at(1_000), NOW, str)
    assert (leg.began_at, leg.seconds) == (NOW - 20_000, 15)


async def test_failed_calls_of_the_last_hour_by_cause() -> None:
    rows = {
        "1": row(b"1", b"22", b"no circuit (34)", 0, 100_000),
        "2": row(b"2", b"22", b"no circuit (34)", 0, 100_000),
        "3": row(b"3", b"11", b"user busy (17)", 0, 100_000),
        "4": row(b"4", b"10", b"normal call clearing (16)", 90_000, 100_000),  # it was answered
        "5": row(b"5", b"11", b"user busy (17)", 0, 100_000, origin=2),  # the incoming leg of a call
    }
    reader = CallReader()
    assert reader.figures(NOW) == {}
    await reader.read(Gateway(rows), PLAN, at(100_000), NOW, str)
    assert reader.figures(NOW) == {
        "calls.failed": 3.0,
        "calls.failed[34 no circuit or channel available]": 2.0,
        "calls.failed[17 user busy]": 1.0,
        "calls.failed.trunk[dial-peer 112, 34 no circuit or channel available]": 2.0,
        "calls.failed.trunk[dial-peer 112, 17 user busy]": 1.0,
    }
    assert reader.figures(NOW + HOUR + 1) == {"calls.failed": 0.0}


async def test_without_a_history_there_is_no_figure_rather_than_none_failed() -> None:
    reader = CallReader()
    assert await reader.read(Gateway({}), Plan(), at(1), NOW, str) == ()
    assert reader.figures(NOW) == {}


@pytest.mark.parametrize(
    ("said", "words", "cause"),
    [
        (b"10  ", "normal call clearing (16)", 16),
        (b"2F", "", 47),
        (bytes([0x80, 0x91]), "", 17),
        (b"", "", None),
        (b"    ", "", None),
        (None, "", None),
        (b"zz", "user busy (17)", 17),
    ],
)
def test_causes(said: bytes | None, words: str, cause: int | None) -> None:
    assert cause_of(said, words) == cause
