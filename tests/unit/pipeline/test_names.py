"""An alarm's object has one name for life, whatever the device calls it and in whatever order that becomes known."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cmsp_agent.model.event import Transition
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.interfaces import Interfaces, numbered
from cmsp_agent.model.labels import labelled
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import ObservedState, PollSignal, TrapSignal
from cmsp_agent.pipeline.normalise import title
from cmsp_agent.pipeline.triage import STABILITY
from cmsp_agent.plugin.api import AlarmType
from tests.unit.pipeline.site import IF_INDEX, LINK_DOWN, LINK_UP, PRI_1, PRI_2, Site

IF_DESCR, IF_NAME = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.31.1.1.1.1"
NO_NAMES: Mapping[str, bytes] = {}
KNOWN = {7: PRI_1, 8: PRI_2}


def link(site: Site, index: int | None, names: Mapping[str, bytes] = NO_NAMES, trap: str = LINK_DOWN) -> TrapSignal:
    bindings = [] if index is None else [(f"{IF_INDEX}.{index}", index)]
    columns = {"name": IF_NAME, "description": IF_DESCR}
    bindings += [(f"{columns[key]}.{index or 1}", value) for key, value in names.items()]  # type: ignore[misc]
    return TrapSignal("gw-1", site.now, trap, tuple(bindings))


def poll(site: Site, *down: str, there: tuple[str, ...] = (PRI_1, PRI_2)) -> PollSignal:
    site.later(60_000)
    states = tuple(ObservedState("link.down", name, name in down) for name in there)
    return PollSignal(
        "gw-1", site.now, icmp=True, snmp=True, states=states, there={"link.down": there}, interfaces=KNOWN
    )


def down(site: Site) -> set[str]:
    return {key.object for key in site.alarm_state.active if key.type == "link.down"}


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose inventory was not read yet."""
    site = Site()
    monkeypatch.setattr("tests.unit.pipeline.site.FakeInventory.interfaces", lambda *_: Interfaces())
    return site


def test_an_early_trap_is_renamed_and_its_incident_with_it(unread: Site) -> None:
    site = unread
    site.tell(link(site, 7))
    [(alarm, [incident])] = [(each.id, site.open) for each in site.alarm_state.active.values()]
    assert down(site) == {numbered("", 7)}
    changes = site.tell(poll(site, PRI_1))
    assert down(site) == {PRI_1}
    assert [(each.id, each.object, each.state) for each in changes.changed.values()] == [
        (alarm, PRI_1, Transition.RAISE)
    ]
    assert changes.to_report == {alarm}
    assert [(each.id, each.title) for each in site.open] == [(incident.id, f"{PRI_1}: link down")]
    site.later(60_000)
    site.tell(poll(site))
    assert (down(site), site.open) == (set(), [])


def test_an_early_trap_of_what_syslog_named_is_one_incident_and_one_alarm(unread: Site) -> None:
    site = unread
    site.tell(site.pri_syslog(up=False))
    site.tell(link(site, 7), site.pri(up=False)._replace(received_at=site.now))
    assert len(site.open) == 2
    site.tell(poll(site))
    kinds = {(key.type, key.object) for key in site.alarm_state.active}
    assert kinds == {("isdn.layer2.down", PRI_1)}
    assert len(site.open) == 1
    assert {each.state for each in site.incidents.values()} == {IncidentState.NEW, IncidentState.MERGED}


def test_an_early_trap_of_an_interface_that_there_is_not_ends_with_that_reason(unread: Site) -> None:
    site = unread
    site.tell(link(site, 99))
    changes = site.tell(poll(site))
    assert [each.text for each in changes.new.values()] == [
        "cleared: ifIndex 99: link down (gw-1 has no interface with ifIndex 99)"
    ]
    assert down(site) == set()
    [left] = site.open
    assert left.unproven is not None


@pytest.mark.parametrize("index", [None, 99])
def test_a_link_down_that_names_no_interface_is_an_event_that_says_so(index: int | None) -> None:
    site = Site()
    [event] = site.tell(link(site, index)).new.values()
    assert (event.state, event.type) == (Transition.INFO, "trap.unknown")
    assert "linkDown: names no interface that is known" in event.text
    assert (down(site), site.open) == (set(), [])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({}, PRI_1),
        ({"name": b"Se0/1/0:15"}, PRI_1),
        ({"name": b"Tu5"}, "Tunnel5"),
        ({"description": b"GigabitEthernet0/0"}, "GigabitEthernet0/0"),
        ({"name": b"\xb6\xcb1"}, r"\xb6\xcb1"),
        ({"name": b"\xb6\xcb2", "description": b"x"}, r"\xb6\xcb2"),
    ],
)
def test_what_a_trap_calls_its_interface_is_newer_than_the_inventory_s_numbers(
    names: dict[str, bytes], expected: str
) -> None:
    site = Site()
    site.tell(link(site, 7, names))
    assert down(site) == {expected}
    site.later(10_000)
    site.tell(link(site, 7, names, LINK_UP))
    assert down(site) == set()


def test_a_description_of_another_kind_than_the_name_is_the_interface_that_has_it() -> None:
    windows = Interfaces({1: "ethernet_1", 2: "ethernet_2"}, {1: "Intel A", 2: "Intel B"})
    assert windows.named(1, description="Intel A") == "ethernet_1"
    assert windows.named(1, description="Intel B") == "ethernet_2"
    assert windows.named(1, description="Intel 7") == "Intel 7"
    assert windows.named(1, description="uplink") == "ethernet_1"
    twins = Interfaces({1: "port (ifIndex 1)", 2: "port (ifIndex 2)"})
    assert twins.named(2, name="port") == "port (ifIndex 2)"


def test_a_row_that_vanishes_ends_its_alarm_with_that_reason() -> None:
    site = Site()
    site.tell(poll(site, PRI_1))
    assert down(site) == {PRI_1}
    site.tell(poll(site, there=(PRI_2,)))
    assert down(site) == {PRI_1}
    changes = site.tell(poll(site, there=(PRI_2,)))
    assert [(each.state, each.text) for each in changes.new.values()] == [
        (Transition.CLEAR, f"gw-1: {PRI_1} is gone, the device shows it no more")
    ]
    [left] = site.open  # that the port is gone is no sign that calls can be made
    assert (left.restored_at, left.timeline[-1].by) == (None, "the device, which shows it no more")
    site.later(STABILITY)
    draft = site.pipeline.elapse(site.alarm_state, site.now)
    draft.commit()
    [closed] = draft.changes.incidents.values()
    assert (closed.state, closed.restored_at, site.open) == (IncidentState.CLOSED, None, [])


def test_a_table_that_was_not_read_and_a_row_that_says_nothing_end_no_alarm() -> None:
    site = Site()
    site.tell(poll(site, PRI_1))
    for _ in range(4):
        site.tell(replace(poll(site), states=(), there={}))
        site.tell(replace(poll(site), states=()))
    assert down(site) == {PRI_1}


def test_the_only_row_of_a_table_may_vanish_too() -> None:
    site = Site()
    site.tell(poll(site, PRI_1, there=(PRI_1,)))
    site.tell(poll(site, there=()), poll(site, there=()))
    assert down(site) == {PRI_1}  # the interface is there: only the table is not shown
    site.tell(replace(poll(site, there=()), interfaces={8: PRI_2}))
    assert down(site) == set()


def test_what_traps_alone_tell_of_is_in_no_table_and_stays() -> None:
    site = Site()
    site.tell(link(site, 7, {"name": b"Tu5"}))
    for _ in range(4):
        site.tell(poll(site))
    assert down(site) == {"Tunnel5"}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Sw1, PS1 Normal, RPS NotExist", "1005"),
        ("Sw1, PS1 Critical", "1005"),
        ("Fan 2: OK", "1005"),
        ("PSU (absent)", "1005"),
        ("Fan 0 running", "1005"),
        ("Switch 1 - Power Supply A", "Switch 1 - Power Supply A"),
        ("Temperature sensor on slot 3", "Temperature sensor on slot 3"),
    ],
)
def test_a_label_that_tells_the_state_is_no_name(label: str, expected: str) -> None:
    assert labelled(label, "1005") == expected


def test_a_row_that_is_called_by_its_number_is_said_of_what_it_is() -> None:
    fan = AlarmType("env.fan", Severity.MAJOR, "{component}: {object} has failed")
    assert title(fan, "gw-1", "1005") == "gw-1: fan 1005 has failed"
    assert title(fan, "gw-1", "Fan 1") == "gw-1: Fan 1 has failed"
    peer = AlarmType("dialpeer.busied_out", Severity.MAJOR, "{component}: dial-peer {object} is busied out")
    assert title(peer, "gw-1", "1") == "gw-1: dial-peer 1 is busied out"


@pytest.mark.parametrize("instance", ["7", "0"])
def test_the_index_is_in_the_name_or_in_the_value(instance: str) -> None:
    site = Site()
    site.tell(TrapSignal("gw-1", site.now, LINK_DOWN, ((f"{IF_INDEX}.{instance}", 7),)))
    assert down(site) == {PRI_1}
