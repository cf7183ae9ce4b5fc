"""Show commands as data: mistakes are named, and what can't be read does no harm."""

import pytest

from cmsp_agent.plugin.admission import admitted
from cmsp_agent.plugin.api import AlarmType, DeviceType, Severity, ShownKpi, ShownState, ShownTable
from cmsp_agent.plugin.templates import LARGEST_OUTPUT, OutputUnreadable, rows
from cmsp_agent.services.polling.command_samples import NotSupportedHere, ShownReader, ShownReading

TEMPLATE = "Value NAME (\\S+)\nValue LEVEL (\\S+)\n\nStart\n  ^${NAME} is ${LEVEL}$$ -> Record\n  ^stop -> Error\n"
ALARM = AlarmType("level.bad", Severity.MINOR, "{object}")
RULE = ShownState("level.bad", ("{NAME}",), ("LEVEL", "^bad"), ("LEVEL", "^good"), readings=2)
TABLE = ShownTable("show levels", TEMPLATE, kpis=(ShownKpi("level", "x", "LEVEL", row=("{NAME}",)),), states=(RULE,))


@pytest.mark.parametrize(
    ("table", "mistake"),
    [
        (ShownTable("reload", TEMPLATE), "a show command"),
        (ShownTable("show x", "Value A\nnonsense"), "not a TextFSM template"),
        (ShownTable("show x", "cisco_ios_show_nothing"), "ntc-templates has no"),
        (ShownTable("show x", "../../etc/passwd"), "not the name of a template"),
        (ShownTable("show x", TEMPLATE, header="("), "not a pattern"),
        (ShownTable("show x", TEMPLATE, kpis=(ShownKpi("Bad", "x"),)), "not a dotted name"),
        (ShownTable("show x", TEMPLATE, kpis=(ShownKpi("a", "x", "SIZE"),)), "no column 'SIZE' in the template"),
        (ShownTable("show x", TEMPLATE, kpis=(ShownKpi("a", "x", row=("{NO}",)),)), "no column 'NO' in the template"),
        (ShownTable("show x", TEMPLATE, kpis=(ShownKpi("a", "x", where=(("LEVEL", "["),)),)), "not a pattern"),
        (ShownTable("show x", TEMPLATE, states=(RULE,)), "'level.bad' is not among the alarms"),
    ],
)
def test_a_mistake_is_named_with_its_line(table: ShownTable, mistake: str) -> None:
    found = admitted(DeviceType("thing", "A thing", tables=(table, TABLE), alarms=()))
    assert any(mistake in text and "test_shown_tables.py:" in text for text in found.mistakes)


def test_a_sound_table_is_taken() -> None:
    found = admitted(DeviceType("thing", "A thing", tables=(TABLE,), alarms=(ALARM,)))
    assert found.mistakes == ()
    assert found.device_type is not None
    assert found.device_type.tables == (TABLE,)


def readings(*outputs: str) -> list[dict[tuple[str, str], bool]]:
    reader, found = ShownReader(), []
    for output in outputs:
        reading = ShownReading()
        reader.read(TABLE, output, reading)
        found.append({key: state.raised for key, state in reading.states.items()})
    return found


def test_a_fault_must_be_seen_as_often_in_a_row_as_the_rule_says() -> None:
    bad, good = {("level.bad", "a"): True}, {("level.bad", "a"): False}
    assert readings("a is bad", "a is bad", "a is good", "a is bad", "a is good") == [{}, bad, good, {}, good]


def test_what_matches_neither_says_nothing_but_is_there() -> None:
    reading = ShownReading()
    ShownReader().read(TABLE, "a is odd\nb is 7\n", reading)
    assert (reading.states, reading.there) == ({}, {"level.bad": {"a": None, "b": None}})
    assert reading.samples == {"level[b]": 7.0}


@pytest.mark.parametrize("output", ["", "% Invalid input detected", "nothing of it", "Command authorization failed."])
def test_a_command_that_the_device_does_not_have(output: str) -> None:
    with pytest.raises(NotSupportedHere):
        ShownReader().read(TABLE, output, ShownReading())


def test_what_snmp_gives_is_left_to_it() -> None:
    reading = ShownReading()
    ShownReader().read(TABLE, "a is 7\n", reading, ("level", "level.bad"))
    assert (reading.samples, reading.states, reading.there) == ({}, {}, {})


def test_an_output_without_end_is_refused_and_an_endless_line_is_cut() -> None:
    with pytest.raises(OutputUnreadable):
        rows(TEMPLATE, "x" * (LARGEST_OUTPUT + 1))
    with pytest.raises(OutputUnreadable):
        rows(TEMPLATE, "stop\n")
    assert rows(TEMPLATE, f"a is {'y' * 5_000}\n") == [{"NAME": "a", "LEVEL": "y" * 995}]
