"""A configuration for a swapped device: what is typed at its console, and what a person is told."""

import re

from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.device_swap import console_text
from cmsp_plugins.cisco_ios.cli import CLI
from cmsp_plugins.frr.plugin import FRR

STORED = """Building configuration...

Current configuration : 900 bytes
!
! Last configuration change at 10:00:00 UTC Fri Nov 27 2026 by noc
version 15.7
boot-start-marker
boot-end-marker
hostname gw-1
card type e1 0 1
crypto pki trustpoint TP
 enrollment selfsigned
crypto pki certificate chain TP
 certificate self-signed 01
  30820229 30820192
  \tquit
license udi pid ISR4331/K9 sn FDO1
username noc privilege 15 secret 9 $9$canary
controller E1 0/1/0
 pri-group timeslots 1-31
interface GigabitEthernet0/0/0
 description uplink
 ip address 10.1.0.1 255.255.255.0
interface GigabitEthernet0/0/1
 shutdown
interface Loopback0
 ip address 10.255.0.1 255.255.255.255
interface Serial0/1/0:15
 isdn switch-type primary-net5
banner motd ^C
Keep out # ~ or else
^C
banner login \x03Hi\x03
snmp-server group OPS v3 priv
line vty 0 4
 transport input ssh
end
"""
PORTS = ("GigabitEthernet0/0/0", "GigabitEthernet0/0/1", "Loopback0")
MADE = console_text(CLI, ConfigText(CLI), STORED, "v-1", PORTS)
NOTES = [line for line in MADE.splitlines() if line.startswith("! ")]
TYPED = [line for line in MADE.splitlines() if not line.startswith("! ")]


def test_it_begins_in_configuration_mode_and_ends_saved() -> None:
    assert TYPED[:2] == ["enable", "configure terminal"]
    assert TYPED[-2:] == ["end", "write memory"]
    assert TYPED.count("end") == 1


def test_what_the_device_does_not_take_or_is_bound_to_the_old_one_is_left_out() -> None:
    assert not [line for line in TYPED if re.match("boot-|license udi|Building|Current", line)]
    assert " certificate self-signed 01\n  30820229 30820192\n  \tquit\n" in MADE
    assert "username noc privilege 15 secret 9 $9$canary" in TYPED


def test_ports_are_turned_on_unless_they_were_off() -> None:
    assert (
        " ip address 10.1.0.1 255.255.255.0\n no shutdown\ninterface GigabitEthernet0/0/1\n shutdown\ninterface Loop"
        in MADE
    )
    assert "pri-group timeslots 1-31\ninterface" in MADE


def test_banners_end_with_what_can_be_typed() -> None:
    assert "banner motd %\nKeep out # ~ or else\n%\n" in MADE
    assert "banner login #Hi#\n" in MADE
    assert "\x03" not in MADE


def test_what_a_terminal_would_act_on_is_said_without_its_secret() -> None:
    stored = STORED.replace("description uplink", "description up\x08link").replace("$canary", "$can\x07ary")
    notes = [line for line in console_text(CLI, ConfigText(CLI), stored, "v-1", PORTS).splitlines() if line[:2] == "! "]
    assert "! holds control characters, on which the terminal acts: 'description up\\x08link'" in notes
    assert sum("control characters" in note for note in notes) == 2
    assert "ary" not in "".join(notes)


def test_what_it_lacks_and_which_modules_differ_is_said() -> None:
    said = "\n".join(NOTES)
    for word in (
        "SNMPv3 users",
        "private keys",
        "licences",
        "crypto key generate rsa",
        "E1 0/1/0: the device has no such",
    ):
        assert word in said
    assert "GigabitEthernet0/0/0: " not in said
    assert "could not be compared" in console_text(CLI, ConfigText(CLI), STORED, "v-1", ())


def test_one_that_was_saved_on_frr() -> None:
    assert FRR.cli is not None
    stored = "frr version 8.4\nfrr defaults traditional\nhostname r\n!\ninterface eth0\n description x\nexit\n!\nend\n"
    made = console_text(FRR.cli, ConfigText(FRR.cli), stored, "v-1", ())
    assert "configure terminal\nfrr version 8.4\n" in made
    assert made.endswith("exit\n!\nend\nwrite memory\n")
