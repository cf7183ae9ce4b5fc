"""The simulated command line and the walk format, without any socket."""

from __future__ import annotations

import pytest

from tests.lab.site.ios_config import IosConfig
from tests.lab.site.ios_shell import IosDevice, IosSession, Mode, abbreviates
from tests.lab.site.walk import Typed, WalkError, parse_oid, parse_walk

CONFIG = "version 17.9\nhostname gw\n!\ninterface GigabitEthernet0/1\n description old\n shutdown\n!\nend\n"


def session(enable: str = "", changes: list[str] | None = None) -> IosSession:
    reported = [] if changes is None else changes
    device = IosDevice(
        IosConfig.parse(CONFIG), {"version": "IOS XE 17.9"}, enable, changed=lambda user, _: reported.append(user)
    )
    return IosSession(device, "cmsp")


@pytest.mark.parametrize(
    ("typed", "full", "fits"),
    [
        ("sh", "show …", False),
        ("sh ver", "show …", True),
        ("conf t", "configure terminal", True),
        ("configure", "configure terminal", False),
        ("wr", "write", True),
        ("wr mem", "write memory", True),
    ],
)
def test_words_may_be_shortened(typed: str, full: str, fits: bool) -> None:
    assert abbreviates(typed, full) is fits


def test_changes_are_reported_when_configuration_mode_is_left() -> None:
    changes: list[str] = []
    one = session(changes=changes)
    for line in ("conf t", "interface GigabitEthernet0/1", "description new", "no shutdown"):
        one.answer(line)
    assert one.prompt == "gw(config-if)#"
    assert changes == []
    one.answer("end")
    assert changes == ["cmsp"]
    shown = one.answer("show running-config")
    assert shown.endswith("interface GigabitEthernet0/1\n description new\n!\nend\n")
    assert "description old" in one.answer("show startup-config")
    one.answer("copy running-config startup-config")
    assert one.mode is Mode.COPY_DESTINATION
    assert one.answer("") == "Building configuration...\n[OK]\n"
    assert "description new" in one.answer("show startup-config")


def test_looking_at_configuration_mode_tells_nothing() -> None:
    changes: list[str] = []
    one = session(changes=changes)
    for line in ("configure terminal", "do show version", "exit"):
        one.answer(line)
    assert (changes, one.prompt) == ([], "gw#")


def test_enable_takes_the_password() -> None:
    one = session(enable="sesame")
    assert one.prompt == "gw>"
    assert one.answer("configure terminal").endswith("'^' marker.\n")
    one.answer("enable")
    assert not one.echoes
    assert one.answer("wrong") == "% Bad secrets\n"
    one.answer("enable")
    assert one.answer("sesame") == ""
    assert one.prompt == "gw#"


def test_output_can_be_filtered() -> None:
    one = session()
    assert one.answer("sh run | inc host") == "hostname gw\n"
    assert one.answer("sh run | section interface") == "interface GigabitEthernet0/1\n description old\n shutdown\n"
    assert one.answer("show nonsense").startswith("              ^")


def test_a_walk_has_tables_ranges_and_numbers_that_grow() -> None:
    walk = parse_walk("1.3.6.1.1.0 ticks uptime\ntable 1.3.6.1.2  1:text 2:counter\n  7..8  port{n}  10+2/s\n  9 x -")
    assert walk.get(parse_oid("1.3.6.1.1.0"), 2.5) == Typed(0x43, 250)
    assert walk.get(parse_oid("1.3.6.1.2.1.8"), 0) == Typed(0x04, b"port1")
    assert walk.get(parse_oid("1.3.6.1.2.2.7"), 5) == Typed(0x41, 20)
    assert walk.get(parse_oid("1.3.6.1.2.2.9"), 0) is None
    following = walk.next(parse_oid("1.3.6.1.2.1.9"), 0)
    assert following is not None
    assert following[0] == parse_oid("1.3.6.1.2.2.7")
    assert walk.next(parse_oid("1.3.6.1.2.2.8"), 0) is None


@pytest.mark.parametrize("line", ["1.3.6 what 1", "1.3.6 int x", "  7 a", "1.3.6.1 int", 'x text "y"'])
def test_a_wrong_walk_is_named_by_its_line(line: str) -> None:
    with pytest.raises(WalkError, match=r"^walk:2: "):
        parse_walk(f"# comment\n{line}")
