"""Samples and states out of answers."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cmsp_agent.model.signal import Value
from cmsp_agent.plugin.api import NO_COUNT, NOT_AVAILABLE, Kpi, StateRule
from cmsp_agent.services.polling.plan import IF_DISCONTINUITY, Plan, PlannedKpi
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.samples import Answers, StateReader, samples
from cmsp_agent.services.polling.spare_columns import with_spares
from cmsp_agent.services.polling.values import text

LINK = StateRule("1.8", "link.down", frozenset({2}), frozenset({1}), only_if=("1.7", 1))


def name(index: str) -> str:
    return {"1": "Gi0/0", "2": "Gi0/1"}.get(index, f"ifIndex {index}")


def read(kpi: Kpi, rows: Mapping[str, Value], free: dict[str, int] | None = None) -> dict[str, float]:
    planned = PlannedKpi(kpi, "1.2", "1.3" if free is not None else "", is_column=True)
    answers = Answers({}, {"1.2": rows, "1.3": free or {}}, 1.0)
    return samples(Plan((planned,)), answers, Rates(), name)


@pytest.mark.parametrize(("aggregate", "expected"), [("max", {"k": 30.0}), ("sum", {"k": 60.0}), ("mean", {"k": 20.0})])
def test_rows_are_aggregated(aggregate: str, expected: dict[str, float]) -> None:
    assert read(Kpi("k", "u", ("1.2",), aggregate=aggregate), {"1": 10, "2": 20, "3": 30}) == expected


def test_rows_keep_their_names() -> None:
    assert read(Kpi("k", "u", ("1.2",), per="interface", scale=2), {"1": 10, "9": 20}) == {
        "k[Gi0/0]": 20.0,
        "k[ifIndex 9]": 40.0,
    }
    assert read(Kpi("k", "u", ("1.2",), per="index"), {"1.4": 10}) == {"k[1.4]": 10.0}


def test_nothing_answered_is_nothing_and_never_zero() -> None:
    assert read(Kpi("k", "u", ("1.2",), aggregate="max"), {}) == {}
    assert read(Kpi("k", "u", ("1.2",), aggregate="max"), {"1": b"text"}) == {}


def test_a_share_in_percent() -> None:
    kpi = Kpi("k", "percent", ("1.2",), free=("1.3",), aggregate="max")
    assert read(kpi, {"1": 25, "2": 1, "3": 0}, {"1": 75, "3": 0}) == {"k": 25.0}


def test_a_scalar() -> None:
    planned = PlannedKpi(Kpi("up", "s", ("1.3.0",), scale=0.01), "1.3.0")
    assert samples(Plan((planned,)), Answers({"1.3.0": 500}), Rates(), name) == {"up": 5.0}
    assert samples(Plan((planned,)), Answers({}), Rates(), name) == {}


def test_counters_become_rates_and_respect_their_discontinuity() -> None:
    kpi = Kpi("in", "octets/s", ("1.2",), kind="counter64", per="interface")
    plan, rates = Plan((PlannedKpi(kpi, "1.2", is_column=True, width=64),), has_discontinuity=True), Rates()

    def at(seconds: float, value: int, moved: int) -> dict[str, float]:
        columns = {"1.2": {"1": value}, IF_DISCONTINUITY: {"1": moved}}
        return samples(plan, Answers({}, columns, seconds), rates, name)

    assert at(0, 100, 0) == {}
    assert at(10, 1100, 0) == {"in[Gi0/0]": 100.0}
    assert at(20, 9999, 5) == {}


def states(rule: StateRule, **columns: dict[str, int | bytes]) -> dict[str, bool]:
    answers = Answers({}, {column.removeprefix("c").replace("_", "."): rows for column, rows in columns.items()})
    return {seen.object: seen.raised for seen in StateReader().states(Plan(states=(rule,)), answers, name)}


def test_states_by_value() -> None:
    assert states(LINK, c1_8={"1": 1, "2": 2, "3": 5}, c1_7={"1": 1, "2": 1}) == {"Gi0/0": False, "Gi0/1": True}


def test_a_port_that_was_shut_down_is_no_fault() -> None:
    assert states(LINK, c1_8={"1": 2}, c1_7={"1": 2}) == {"Gi0/0": False}


def test_objects_by_index_by_label_and_without_a_name() -> None:
    one = frozenset({1})
    assert states(StateRule("1.8", "x", one, frozenset(), object="index"), c1_8={"7": 1}) == {"7": True}
    assert states(StateRule("1.8", "x", one, frozenset(), object=""), c1_8={"0": 1}) == {"": True}
    label = StateRule("1.8", "x", one, frozenset(), object="1.9")
    assert states(label, c1_8={"7": 1, "8": 1}, c1_9={"7": b"Fan 7\0"}) == {"Fan 7": True, "8": True}


def test_sums_of_bits() -> None:
    rule = StateRule("1.8", "ds1.down", frozenset(), frozenset(), bits=64 | 32, object="index")
    assert states(rule, c1_8={"1": 1, "2": 64, "3": 96, "4": 128}) == {"1": False, "2": True, "3": True, "4": False}


def test_of_two_rows_with_one_name_the_fault_wins() -> None:
    assert states(StateRule("1.8", "x", frozenset({2}), frozenset({1}), object=""), c1_8={"1": 2, "2": 1}) == {"": True}


def test_a_port_that_was_never_in_use_is_no_fault() -> None:
    rule = StateRule("1.8", "link.down", frozenset({2}), frozenset({1}), once_clear=True)
    plan, reader = Plan(states=(rule,)), StateReader()

    def at(value: int) -> list[bool]:
        return [seen.raised for seen in reader.states(plan, Answers({}, {"1.8": {"1": value}}), name)]

    assert [at(2), at(1), at(2)] == [[], [False], [True]]


def test_what_was_seen_well_in_an_earlier_run_can_fail_in_this_one() -> None:
    rule = StateRule("1.8", "link.down", frozenset({2}), frozenset({1}), once_clear=True)
    plan = Plan(states=(rule,))
    earlier = StateReader()
    earlier.states(plan, Answers({}, {"1.8": {"1": 1, "2": 2}}), str)
    assert earlier.grown
    assert earlier.seen_well == frozenset({("link.down", "1")})
    later = StateReader(earlier.seen_well)
    read = later.states(plan, Answers({}, {"1.8": {"1": 2, "2": 2}}), str)
    assert [(seen.object, seen.raised) for seen in read] == [("1", True)]
    assert not later.grown


def test_what_was_seen_of_an_object_goes_with_its_name() -> None:
    reader = StateReader({("link.down", "ifIndex 1")})
    reader.rename({"ifIndex 1": "Gi0/1"})
    assert reader.seen_well == {("link.down", "Gi0/1")}
    assert reader.grown


def test_text_of_values() -> None:
    assert text(b"  Gi0/0\0\0") == "Gi0/0"
    assert text(b"\xff") == "\\xff"
    assert text(7) == "7"
    assert text(None) == ""
    assert len(text(b"x" * 500)) == 64


@pytest.mark.parametrize("value", NOT_AVAILABLE)
def test_not_available_is_no_figure(value: int) -> None:
    kpi = Kpi("k", "percent", ("1.2",), aggregate="mean", absent=NOT_AVAILABLE)
    assert read(kpi, {"1": value, "2": 7}) == {"k": 7.0}
    assert read(kpi, {"1": value}) == {}
    share = Kpi("k", "percent", ("1.2",), free=("1.3",), aggregate="max", absent=NOT_AVAILABLE)
    assert read(share, {"1": 25, "2": value}, {"1": value, "2": 75}) == {}


@pytest.mark.parametrize(
    ("unit", "none", "figures"),
    [
        ("percent", [4294967295, 2147483647, 65535, -1, -1.0, b"-1", (1 << 64) - 1], [0, 100, 65534]),
        ("calls", [4294967295, 2147483647, -1, b"4294967295", (1 << 64) - 1], [0, 65535]),
        ("°C", [4294967295, 2147483647, -2147483648, (1 << 64) - 1], [-1, -20, 65535]),
    ],
)
def test_what_is_usual_for_the_unit_is_no_figure_unless_the_kpi_says_otherwise(
    unit: str, none: list[Value], figures: list[Value]
) -> None:
    kpi = Kpi("k", unit, ("1.2",))
    for value in none:
        assert taken(kpi, value) == {}
    for value in figures:
        assert taken(kpi, value) == {"k": value}
    assert taken(replace(kpi, absent=()), 4294967295) == {"k": 4294967295}
    for value in (7, 4294967295, 2147483647, (1 << 64) - 1):
        assert taken(replace(kpi, absent=(7,)), value) == {}


@pytest.mark.parametrize(
    ("value", "figure"),
    [(b"23.5", 23.5), (b" 40 %\0", 40), (b"-3", -3), (0.25, 0.25), (b"N/A", None), (b"", None), (b"1" * 30, None)],
)
def test_a_figure_may_be_text_or_a_fraction(value: Value, figure: float | None) -> None:
    assert taken(Kpi("k", "V", ("1.2",)), value) == ({} if figure is None else {"k": figure})


def test_a_whole_that_is_not_available_gives_no_share() -> None:
    kpi = Kpi("k", "percent", ("1.2",), share_of=("1.3", 1.0))
    for whole in NO_COUNT:
        assert samples(Plan((PlannedKpi(kpi, "1.2"),)), Answers({"1.2": 5, "1.3": whole}), Rates(), str) == {}


def test_a_counter_with_all_bits_set_counts_nothing() -> None:
    kpi = Kpi("k", "x/s", ("1.2",), kind="counter32")
    plan, rates = Plan((PlannedKpi(kpi, "1.2"),)), Rates()
    for at, value in ((1.0, 1_000), (2.0, 4294967295), (3.0, 1_200)):
        assert samples(plan, Answers({"1.2": value}, at=at), rates, str) == {}
    assert samples(plan, Answers({"1.2": 1_300}, at=4.0), rates, str) == {"k": 100.0}


def taken(kpi: Kpi, value: Value) -> dict[str, float]:
    return samples(Plan((PlannedKpi(kpi, "1.2"),)), Answers({"1.2": value}), Rates(), str)


def test_a_sum_of_counters_is_the_sum_of_their_rates_and_never_of_some_of_them() -> None:
    kpi = Kpi("answers", "messages/s", ("1.2.1.0",), kind="counter32", aggregate="sum", parts=("1.2.3.0", "1.2.5.0"))
    plan, rates = Plan((PlannedKpi(kpi, "1.2.1.0"),)), Rates()

    def poll(at: float, first: int, second: int) -> dict[str, float]:
        return samples(plan, Answers({"1.2.1.0": first, "1.2.3.0": second}, {}, at), rates, str)

    assert poll(0.0, 10, 4_294_967_290) == {}
    assert poll(10.0, 30, 4) == {"answers": 3.0}  # the second one has wrapped
    assert poll(20.0, 40, 2) == {}  # it went back: no sum without its part
    assert poll(30.0, 50, 12) == {"answers": 2.0}


def test_the_bits_of_a_line_are_said_in_words() -> None:
    words = ((64, "loss of signal"), (2, "yellow alarm"))
    rule = StateRule("1.5", "ds1.down", frozenset(), frozenset(), object="index", bits=66, words=words)
    answers = Answers({}, {"1.5": {"1": 64 | 2, "2": 1}}, 1.0)
    found = StateReader().states(Plan((), (rule,)), answers, str)
    assert [(each.object, each.raised, each.detail) for each in found] == [
        ("1", True, "loss of signal, yellow alarm"),
        ("2", False, ""),
    ]


def test_interfaces_without_counters_of_64_bits_have_those_of_32() -> None:
    kpi = Kpi("in", "octets/s", ("1.2", "1.3"), kind="counter64", per="interface")
    errors = PlannedKpi(Kpi("errors", "packets/s", ("1.4",), kind="counter32", per="interface"), "1.4", is_column=True)
    plan, rates = Plan((PlannedKpi(kpi, "1.2", is_column=True, width=64), errors)), Rates()

    def at(seconds: float, wide: int, narrow: int) -> Answers:
        both = {"1": wide % 2**32, "2": narrow % 2**32}
        return Answers({}, {"1.2": {"1": wide}, "1.3": both, "1.4": {"1": 0, "2": 0}}, seconds)

    assert "1.3" not in plan.columns
    plan = with_spares(plan, at(0.0, 2**40, 2**32 - 60))
    assert "1.3" in plan.columns
    samples(plan, at(0.0, 2**40, 2**32 - 60), rates, name)
    found = samples(plan, at(60.0, 2**40 + 600, 2**32 + 60), rates, name)
    assert found == {"in[Gi0/0]": 10.0, "in[Gi0/1]": 2.0, "errors[Gi0/0]": 0.0, "errors[Gi0/1]": 0.0}
    assert with_spares(plan, at(60.0, 2**40, 0)) is plan


def test_what_is_no_number_is_no_figure() -> None:
    assert read(Kpi("k", "u", ("1.2",), per="index"), {"1": float("nan"), "2": float("inf"), "3": 1}) == {"k[3]": 1.0}


def chosen(kpi: Kpi, rows: dict[str, Value], status: dict[str, Value]) -> dict[str, float]:
    return samples(
        Plan((PlannedKpi(kpi, "1.2", is_column=True),)), Answers({}, {"1.2": rows, "1.5": status}), Rates(), str
    )


def test_a_row_that_is_not_valid_now_has_no_figure() -> None:
    kpi = Kpi("k", "°C", ("1.2",), per="index", valid_if=("1.5", 1))
    assert chosen(kpi, {"1": 40, "2": 0, "3": 41}, {"1": 1, "2": 3}) == {"k[1]": 40, "k[3]": 41}
    assert chosen(kpi, {"1": 40}, {}) == {"k[1]": 40}
    assert "1.5" in PlannedKpi(kpi, "1.2").oids


def test_of_intervals_the_last_one_that_is_over_counts() -> None:
    kpi = Kpi("k", "calls", ("1.2",), per="first", last="1")
    assert chosen(kpi, {"7.0": 3, "7.1": 40, "8.1": 41, "8.2": 9}, {}) == {"k[7]": 40, "k[8]": 41}
