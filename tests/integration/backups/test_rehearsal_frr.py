"""The rehearsal's model of a command line beside FRR's own parser, `vtysh -C`: what it refuses, we find as well."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.dry_run import enter
from cmsp_plugins.frr.plugin import FRR

SAVED = """Building configuration...

Current configuration:
!
frr version 8.4.4
frr defaults traditional
hostname gw1
log syslog informational
service integrated-vtysh-config
!
ip route 192.0.2.0/24 10.77.0.1
!
interface eth0
 description -- more -- or less #1
 ip address 10.77.0.11/24
 ip ospf area 0
exit
!
interface ge1
 description customer port
exit
!
router bgp 65000
 neighbor 10.77.0.1 remote-as 65001
 neighbor 10.77.0.1 password hush-hush
 !
 address-family ipv4 unicast
  network 192.0.2.0/24
 exit-address-family
exit
!
router ospf
 ospf router-id 10.77.0.11
exit
!
ip prefix-list P seq 5 permit 0.0.0.0/0 le 24
!
route-map R permit 10
 match ip address prefix-list P
exit
!
end
"""
SECTIONS = ("interface eth0\n", "interface ge1\n", "router bgp 65000\n", "router ospf\n", "route-map R permit 10\n")

pytestmark = pytest.mark.skipif(shutil.which("vtysh") is None, reason="needs frr: run `make test-packages` as root")


def refused(folder: Path, text: str) -> bool:
    """What FRR says."""
    (file := folder / "frr.conf").write_text(text)
    said = subprocess.run(["vtysh", "-C", "-f", str(file)], capture_output=True, text=True, timeout=20, check=False)
    return bool(said.returncode or "%" in said.stderr + said.stdout)


def flaws(saved: str) -> list[str]:
    """What we say of what was saved."""
    assert FRR.cli is not None
    text = ConfigText(FRR.cli)
    return [*text.flaws(saved), *enter(FRR.cli, text.restorable(saved)).flaws]


def restorable(saved: str) -> str:
    assert FRR.cli is not None
    return ConfigText(FRR.cli).restorable(saved)


def test_what_was_saved_is_entered_by_both(tmp_path: Path) -> None:
    assert flaws(SAVED) == []
    assert not refused(tmp_path, restorable(SAVED))


@pytest.mark.parametrize(
    "damage",
    [
        *[(begin, "") for begin in SECTIONS],  # a section without its first line
        (" description customer port\n", " --More-- \n description customer port\n"),
        (" ip ospf area 0\n", " --More-- \x08\x08\x08 ip ospf area 0\n"),
        ("interface ge1\n", "!\n description lost\n!\ninterface ge1\n"),
    ],
)
def test_what_frr_refuses_is_found(tmp_path: Path, damage: tuple[str, str]) -> None:
    damaged = SAVED.replace(*damage, 1)
    assert damaged != SAVED
    assert refused(tmp_path, restorable(damaged))
    assert flaws(damaged)


@pytest.mark.parametrize("kept", range(8, 40, 4))
def test_what_was_cut_short_is_found_although_frr_would_take_it(tmp_path: Path, kept: int) -> None:
    cut = "\n".join(SAVED.splitlines()[:kept]) + "\n"
    assert not refused(tmp_path, restorable(cut))
    assert flaws(cut)


def test_a_command_that_no_device_has_is_for_the_device_to_find(tmp_path: Path) -> None:
    """The model knows no commands: a release that dropped one is found by the plan and the restore, not before."""
    unknown = SAVED.replace(" description customer port\n", " no-such-command 7\n")
    assert refused(tmp_path, restorable(unknown))
    assert flaws(unknown) == []
