"""Running and startup configurations side by side: only what a restart would change counts."""

import pytest

from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.startup import unsaved_lines
from cmsp_plugins.cisco_ios.cli import CLI
from cmsp_plugins.frr.plugin import FRR

RUNNING = """Building configuration...

Current configuration : 512 bytes
!
! Last configuration change at 10:00:00 UTC Fri Nov 27 2026 by noc
!
version 15.7
hostname gw-1
!
crypto pki certificate chain TP
 certificate self-signed 01
  30820229 30820192 A0030201 02020101 300D0609
  2A864886 F70D0101
  \tquit
interface GigabitEthernet0/0
 description uplink
!
banner motd ^C quit ^C
ntp clock-period 17179869
end
"""
STARTUP = """Using 498 out of 262136 bytes
!
! Last configuration change at 09:00:00 UTC Fri Nov 27 2026 by noc
! NVRAM config last updated at 09:01:00 UTC Fri Nov 27 2026 by noc
!
version 15.7
hostname gw-1
!
crypto pki certificate chain TP
 certificate self-signed 01 nvram:IOS-Self-Sig#1.cer
interface GigabitEthernet0/0
 description uplink
banner motd ^C quit ^C
ntp clock-period 17180000
end
"""
TEXT = ConfigText(CLI)


def test_headers_certificates_and_separators_make_no_difference() -> None:
    assert unsaved_lines(CLI, TEXT, RUNNING, STARTUP) == 0


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (" description uplink\n", " description uplink\n shutdown\n", 1),
        (" description uplink\n", " description changed\n", 2),
        (" certificate self-signed 01", " certificate self-signed 02", 2),
        ("hostname gw-1\n", "hostname gw-1\ndial-peer voice 1 pots\n destination-pattern 112\n", 2),
    ],
)
def test_what_a_restart_would_change_is_counted(old: str, new: str, lines: int) -> None:
    assert unsaved_lines(CLI, TEXT, RUNNING.replace(old, new), STARTUP) == lines


def test_without_a_startup_configuration_all_would_go() -> None:
    absent = "startup-config is not present\n"
    assert (unsaved_lines(CLI, TEXT, RUNNING, absent) or 0) > 5


@pytest.mark.parametrize(
    "said", ["% Invalid input detected at '^' marker.\n", "Using 498 out of 262136 bytes\nversion 15.7\n", ""]
)
def test_what_can_not_be_read_is_not_judged(said: str) -> None:
    assert unsaved_lines(CLI, TEXT, RUNNING, said) is None


FRR_RUNNING = """Building configuration...

Current configuration:
!
frr version 8.4.4
frr defaults traditional
hostname r
!
end
"""


def test_frr_says_both_alike() -> None:
    assert FRR.cli is not None
    startup = FRR_RUNNING.partition("!\n")[2]
    assert unsaved_lines(FRR.cli, ConfigText(FRR.cli), FRR_RUNNING, startup) == 0
    assert unsaved_lines(FRR.cli, ConfigText(FRR.cli), FRR_RUNNING, startup.replace("hostname r", "hostname s")) == 2
