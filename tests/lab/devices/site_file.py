"""Write the partner's file for the lab of real devices. Starts nothing."""

from __future__ import annotations

from tests.lab.agent.workspace import HeadendAccess, Ports, Workspace, own_side
from tests.lab.devices.lab import RealLab

APPLIANCE = "reallab"


def lab_secrets(lab: RealLab) -> dict[str, str]:
    """The secrets that the file refers to."""
    logins = lab.logins
    return {"auth": logins.auth_password, "priv": logins.priv_password, "password": logins.ssh_password}


def lab_yaml(workspace: Workspace, lab: RealLab, headend: HeadendAccess) -> str:
    """The partner's file: the devices by SNMPv3 and SSH on their usual ports, polled every second."""
    logins, agent = lab.logins, lab.network.agent_address
    ports = Ports(lab.trap_port, lab.syslog_port)
    components = "\n".join(f"  {device.name}: {{address: {device.address}, site: lab}}" for device in lab.devices)
    return f"""\
{own_side(workspace, APPLIANCE, agent, ports, headend)}
customer: {{people: 100, sites: 1, components: {lab.count}}}
sites:
  lab: {{people: 100}}
credentials:
  both:
    snmp:
      {{version: 3, user: {logins.snmp_user}, auth: SHA-256, auth_key: !secret auth,
       priv: AES-128, priv_key: !secret priv}}
    ssh: {{user: {logins.ssh_user}, password: !secret password}}
components:
{components}
groups:
  - match: {{name: "*"}}
    set:
      type: cisco_ios
      credentials: [both]
      people: 50
      functions: {{pstn: primary}}
      poll: {{every: 1s}}
"""
