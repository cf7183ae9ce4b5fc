"""Power supplies, fans and modules that messages and tables call otherwise: one alarm each, whoever comes first."""

import pytest

from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.model.event import Event, Source
from cmsp_agent.model.signal import ObservedState, PollSignal, SyslogSignal
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
