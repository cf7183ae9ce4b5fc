"""The configuration files of one real device, as text. Writes nothing and starts nothing: see `device`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.devices.commands import run

CISCO_ISR_4331 = "1.3.6.1.4.1.9.1.2068"
"""sysObjectID that the devices show, so that they are identified as gateways with an IOS-like command line."""

SUBAGENTS = "tcp:127.0.0.1:705"
"""Where the device's snmpd takes subagents: lldpd, for one."""


@dataclass(frozen=True, slots=True)
class Logins:
    """What a device lets in."""

    community: str = field(repr=False)
    snmp_user: str
    auth_password: str = field(repr=False)
    priv_password: str = field(repr=False)
    ssh_user: str
    ssh_password: str = field(repr=False)

    @property
    def shell_user(self) -> str:
        """Whom the device gives a Unix shell, with the same password."""
        return f"{self.ssh_user}-shell"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a device is and whom it tells."""

    name: str
    address: str
    agent: str
    trap_port: int
    syslog_port: int
    informs: bool = False


def files(identity: Identity, logins: Logins) -> Mapping[str, str]:
    """Every file of the device's own /etc, by its path below /etc, but for the accounts."""
    return {
        "frr/frr.conf": _routing(identity),
        "frr/vtysh.conf": "service integrated-vtysh-config\n",
        # Without this, vtysh complains to a user who is not root.
        "pam.d/frr": "auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n",
        "snmp/snmpd.conf": _snmp(identity, logins),
        "rsyslog.conf": _syslog(identity),
        "ssh/sshd_device": _ssh(identity, logins),
    }


def accounts(logins: Logins, etc: Path = Path("/etc")) -> Mapping[str, str]:
    """This machine's accounts and two more: the login shell of one is FRR's command line, that of the other is bash."""
    user, shell = logins.ssh_user, logins.shell_user
    crypted = run("openssl", "passwd", "-6", logins.ssh_password).strip()
    groups = (etc / "group").read_text().splitlines()
    groups = [f"{line},{user},{shell}" if line.startswith("frrvty:") else line for line in groups]
    known = f"{user}:x:3000:3000::/tmp:/usr/bin/vtysh\n{shell}:x:3001:3000::/tmp:/bin/bash\n"
    return {
        "passwd": (etc / "passwd").read_text() + known,
        "shadow": (etc / "shadow").read_text()
        + "".join(f"{each}:{crypted}:20000:0:99999:7:::\n" for each in (user, shell)),
        "group": "\n".join([*groups, f"{user}:x:3000:"]).replace(":,", ":") + "\n",
    }


def _routing(identity: Identity) -> str:
    return f"""\
frr defaults traditional
hostname {identity.name}
log syslog informational
service integrated-vtysh-config
!
interface eth0
 description uplink
 ip address {identity.address}/24
 ip ospf area 0
 ip ospf hello-interval 1
 ip ospf dead-interval 4
!
interface ge1
 description customer port
!
ip route 192.0.2.0/24 {identity.agent}
!
router ospf
 ospf router-id {identity.address}
 log-adjacency-changes
!
end
"""


def _snmp(identity: Identity, logins: Logins) -> str:
    status, index = "1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.2.2.1.1"
    shown = f"-o .{index} -o .1.3.6.1.2.1.2.2.1.7 -o .{status}"
    sink = "informsink" if identity.informs else "trap2sink"
    # Numeric OIDs, because Debian ships no MIB files; -r 1 looks at the links every second.
    return f"""\
agentAddress udp:161
master agentx
agentXSocket {SUBAGENTS}
sysDescr Cisco IOS Software [Lab], Stand-in Software (FRR), Version 17.9.4a, RELEASE SOFTWARE
sysObjectID .{CISCO_ISR_4331}
sysName {identity.name}
sysLocation lab
sysContact noc@partner.example
rocommunity {logins.community}
createUser {logins.snmp_user} SHA-256 {logins.auth_password} AES {logins.priv_password}
rouser {logins.snmp_user} priv
createUser _internal SHA internal-password AES internal-password
iquerySecName _internal
rouser _internal
{sink} {identity.agent}:{identity.trap_port} {logins.community}
notificationEvent linkUpTrap .1.3.6.1.6.3.1.1.5.4 {shown}
notificationEvent linkDownTrap .1.3.6.1.6.3.1.1.5.3 {shown}
monitor -S -r 1 -e linkUpTrap "Link up" .{status} != 2
monitor -S -r 1 -e linkDownTrap "Link down" .{status} == 2
"""


def _syslog(identity: Identity) -> str:
    return f"""\
module(load="imuxsock")
global(workDirectory="/tmp" localHostname="{identity.name}")
*.* action(type="omfwd" target="{identity.agent}" port="{identity.syslog_port}" protocol="udp"
           template="RSYSLOG_TraditionalForwardFormat")
"""


def _ssh(identity: Identity, logins: Logins) -> str:
    return f"""\
Port 22
ListenAddress {identity.address}
HostKey /etc/ssh/device_key
UsePAM no
PasswordAuthentication yes
PermitRootLogin no
PrintMotd no
PrintLastLog no
AllowUsers {logins.ssh_user} {logins.shell_user}
PidFile /run/sshd.pid
"""
