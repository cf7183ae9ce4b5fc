"""What messages, traps and tables call otherwise: one alarm for each unit, whoever comes first."""

from dataclasses import replace

import pytest

from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.model.event import Event, Source
from cmsp_agent.model.signal import ObservedState, PollSignal, SyslogSignal, TrapSignal
from tests.unit.pipeline.site import Site

FAILS = SyslogSignal("gw-1", 0, "IOSXE_PEM-3-PEMFAIL", "The PEM in slot P1 is switched off or encountering a failure.")
WELL = SyslogSignal("gw-1", 0, "IOSXE_PEM-6-PEMOK", "The PEM in slot P1 is functioning properly")
TABLE = ("Power Supply Module 0", "Power Supply Module 1")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    kind = next(each for each in installed().registry if each.name == "cisco_iosxe")
    monkeypatch.setattr("tests.unit.pipeline.site.GATEWAY", kind)
    return Site()


def poll(site: Site, failed: str = "") -> None:
    states = tuple(ObservedState("env.power", name, name == failed) for name in TABLE)
    there = {"env.power": frozenset(TABLE)}
    site.tell(PollSignal("gw-1", site.later(60_000), icmp=True, snmp=True, states=states, there=there))


def says(site: Site, message: SyslogSignal) -> None:
    site.tell(message._replace(received_at=site.later(30_000)))


def held(site: Site) -> list[Event]:
    return [*site.alarm_state.active.values()]


def test_a_message_goes_by_the_name_of_the_table(site: Site) -> None:
    poll(site)
    says(site, FAILS)
    poll(site, failed="Power Supply Module 1")
    (alarm,) = held(site)
    assert (alarm.object, alarm.sources) == ("Power Supply Module 1", (Source.SYSLOG, Source.POLL))
    says(site, WELL)
    assert held(site) == []


def test_a_message_before_the_first_poll_is_confirmed_by_it_and_ended_by_another(site: Site) -> None:
    says(site, FAILS)
    for _ in range(3):
        poll(site, failed="Power Supply Module 1")
    (alarm,) = held(site)
    assert (alarm.object, alarm.sources, alarm.count) == ("P1", (Source.SYSLOG, Source.POLL), 2)
    poll(site)
    assert held(site) == []


def test_a_poll_that_comes_first_is_joined_by_the_message_and_another_unit_is_another_alarm(site: Site) -> None:
    poll(site, failed="Power Supply Module 0")
    says(site, FAILS)
    assert sorted(each.object for each in held(site)) == [*TABLE]
    says(site, WELL)
    assert [each.object for each in held(site)] == ["Power Supply Module 0"]


TEMPERATURE, DSP, CARD = "env.temperature", "dsp.down", "dsp.card.failed"
OID = "1.3.6.1.4.1.9.9"


def warm(location: str, state: str) -> SyslogSignal:
    text = f"Temp: Inlet 1, Location: {location}, State: {state}, Reading: 45 Celsius"
    return SyslogSignal("gw-1", 0, "ENVIRONMENTAL-1-ALERT", text)


def table(site: Site, kind: str, shown: dict[str, bool], entities: dict[str, str] | None = None) -> None:
    """A poll that shows these objects, and whether the alarm holds for each."""
    states = tuple(ObservedState(kind, name, holds) for name, holds in shown.items())
    there = {kind: frozenset(shown)}
    seen = PollSignal("gw-1", site.later(60_000), icmp=True, snmp=True, states=states, there=there)
    site.tell(replace(seen, entities=entities or {}))


def notifies(site: Site, oid: str, *varbinds: tuple[str, int | bytes]) -> None:
    site.tell(TrapSignal("gw-1", site.later(30_000), f"{OID}.{oid}", varbinds))


@pytest.mark.parametrize("first", ["poll", "message"])
def test_a_sensor_of_a_message_is_that_of_the_table_and_one_elsewhere_is_another(site: Site, first: str) -> None:
    if first == "poll":
        table(site, TEMPERATURE, {"Temp: Inlet 1 R0/0": False, "Temp: Inlet 1 P0/0": False})
    says(site, warm("R0", "Warning"))
    table(site, TEMPERATURE, {"Temp: Inlet 1 R0/0": True, "Temp: Inlet 1 P0/0": False})
    (alarm,) = held(site)
    assert alarm.sources == (Source.SYSLOG, Source.POLL)
    says(site, warm("P0", "Normal"))
    assert len(held(site)) == 1
    says(site, warm("R0", "Normal"))
    assert held(site) == []


def test_a_dsp_by_message_trap_and_poll_is_one_alarm(site: Site) -> None:
    names = {"DSP 0/0/0": False, "DSP 0/0/1": False}
    table(site, DSP, names)
    says(site, SyslogSignal("gw-1", 0, "DSPRM-5-UPDOWN", "DSP 1 in slot 0, changed state to down"))
    notifies(site, "86.2.0.2", (f"{OID}.86.1.2.1.1.1.16", 4), ("1.3.6.1.2.1.47.1.1.1.1.7.16", b"DSP 0/0/1"))
    table(site, DSP, names | {"DSP 0/0/1": True})
    (alarm,) = held(site)
    assert (alarm.object, alarm.sources) == ("DSP 0/0/1", (Source.SYSLOG, Source.TRAP, Source.POLL))
    table(site, DSP, names)
    assert held(site) == []


@pytest.mark.parametrize(
    ("kind", "trap", "column", "bad", "good"),
    [
        (CARD, "86.2.0.1", "86.1.1.1.1.2", 4, 1),
        ("env.power", "117.2.0.2", "117.1.1.2.1.2", 8, 2),
        ("env.fan", "117.2.0.6", "117.1.4.1.1.1", 3, 2),
        ("module.offline", "117.2.0.1", "117.1.2.1.1.2", 7, 2),
    ],
)
@pytest.mark.parametrize("first", ["poll", "trap"])
def test_a_trap_that_names_a_row_alone_is_of_the_unit_that_the_table_names(
    site: Site, kind: str, trap: str, column: str, bad: int, good: int, first: str
) -> None:
    rows = {"14": "Unit on Slot 0", "15": "Unit on Slot 1"}
    if first == "poll":
        table(site, kind, {"Unit on Slot 0": False, "Unit on Slot 1": False}, rows)
    notifies(site, trap, (f"{OID}.{column}.14", bad))
    table(site, kind, {"Unit on Slot 0": True, "Unit on Slot 1": False}, rows)
    (alarm,) = held(site)
    assert alarm.sources == (Source.TRAP, Source.POLL)
    notifies(site, trap, (f"{OID}.{column}.14", good))
    assert held(site) == []


def test_an_ip_sla_without_an_answer_is_one_alarm_by_all_three_ways(site: Site) -> None:
    table(site, "ipsla.failed", {"7": False})
    says(site, SyslogSignal("gw-1", 0, "RTT-4-OPER_TIMEOUT", "condition occurred, entry number = 7"))
    notifies(site, "42.2.0.2", (f"{OID}.42.1.2.9.1.6.7", 1))
    table(site, "ipsla.failed", {"7": True})
    (alarm,) = held(site)
    assert alarm.sources == (Source.SYSLOG, Source.TRAP, Source.POLL)
