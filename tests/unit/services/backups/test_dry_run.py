"""A configuration entered into a model of a command line: what a device would not run, and what it would join."""

import pytest

from cmsp_agent.services.backups.dry_run import enter
from cmsp_plugins.cisco_asa.plugin import CISCO_ASA
from cmsp_plugins.cisco_ios.cli import CLI

WHOLE = """version 15.7
hostname gw-1
!
crypto pki certificate chain TP
 certificate self-signed 01
  3082010A 02820101 00B5
  \tquit
!
interface GigabitEthernet0/0
 description ***** uplink *****
 ip address 192.0.2.1 255.255.255.0
!
router bgp 65000
 address-family ipv4
  network 192.0.2.0
 exit-address-family
 address-family ipv6
  network 2001:db8::/32
 exit-address-family
!
banner motd \x03
  not indented below anything
end
hostname in-a-text
--More--
\x03
line vty 0 4
 password 7 0102
end
"""


def test_a_whole_one_would_apply() -> None:
    dry = enter(CLI, WHOLE)
    assert dry.flaws == ()
    assert dry.joined == ()


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        ("\x03\nline", "\nline", "the text that line 21 begins does not end"),
        ("  \tquit\n", "", "the text that line 5 begins does not end"),
        ("hostname gw-1\n", " ip address 192.0.2.1\nhostname gw-1\n", "belongs to no section"),
        ("interface", " --More-- \ninterface", "line 9: holds what a pager left"),
        ("interface", "\x08\x08interface", "holds what a pager left"),
        ("7 0102", "7 *****", "has a mask where its secret should be"),
        ("7 0102", "<hidden>", "has a mask where its secret should be"),
        ("line vty", "hostname gw-2\nline vty", "'hostname' stands 2 times"),
        ("line vty", "end\nline vty", "ends the configuration, and more follows"),
    ],
)
def test_what_a_device_would_not_run_is_named_by_its_line(old: str, new: str, flaw: str) -> None:
    assert old in WHOLE
    flaws = enter(CLI, WHOLE.replace(old, new, 1)).flaws
    assert any(flaw in each for each in flaws), flaws


@pytest.mark.parametrize("mark", ["^C", "#", "\x03", "^"])
def test_a_banner_ends_at_its_own_delimiter(mark: str) -> None:
    banner = f"banner login {mark}Keep out: hostname {mark}\nbanner motd {mark}\n indented\n{mark}\n"
    assert enter(CLI, f"version 15.7\nhostname gw-1\n{banner}end\n").flaws == ()


def test_a_section_that_stands_twice_is_joined_and_said() -> None:
    twice = WHOLE.replace("line vty", "interface GigabitEthernet0/0\n shutdown\nline vty")
    dry = enter(CLI, twice)
    assert dry.flaws == ()
    assert dry.joined == ("interface GigabitEthernet0/0",)


def test_a_banner_of_single_lines_opens_no_text() -> None:
    assert CISCO_ASA.cli is not None
    text = "ASA Version 9.12\nhostname fw-1\nbanner motd #keep out\ninterface Gi0\n nameif in\n: end\n"
    assert enter(CISCO_ASA.cli, text).flaws == ()


def test_many_lines_are_named_by_the_first_few() -> None:
    [flaw] = enter(CLI, "version 1\nhostname a\n" + "banner exec #\n#\n" + "x --More--\n" * 5 + "end\n").flaws
    assert flaw == "lines 5, 6, 7 and 2 more: holds what a pager left"
