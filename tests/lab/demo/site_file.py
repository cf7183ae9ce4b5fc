"""Write the partner's file for the built-in site, as a partner's engineer would. Starts nothing."""

from __future__ import annotations

from tests.lab.agent.workspace import HeadendAccess, Ports, Workspace, own_side
from tests.lab.site.definitions import DeviceDefinition, SiteDefinition
from tests.lab.site.device import Access

POLL_EVERY = "2s"

DEVICE_LINES = {
    "sw-1": "type: reachability, tier: monitored-only",
    "gw-1": "type: cisco_ios, credentials: [v3, cli], functions: {pstn: primary, emergency: primary, fax: secondary}",
    "vg-1": "type: generic_snmp, credentials: [v2], services: {backup: false}, functions: {fax: secondary}",
    "ups-1": "type: generic_snmp, credentials: [v2], services: {backup: false}",
    "gw-2": "type: cisco_ios, credentials: [v3, cli], functions: {pstn: primary, emergency: primary}",
    "sbc-1": "type: generic_snmp, tier: third-party, credentials: [v2], authorisation: {letter: LOA-7}",
    "gw-3": "type: cisco_ios, credentials: [v2, cli], functions: {pstn: primary, emergency: primary}",
    "ata-1": "type: reachability, tier: best-effort",
}
"""What the partner says about each component beside its address."""


def demo_yaml(
    workspace: Workspace, definition: SiteDefinition, access: Access, ports: Ports, headend: HeadendAccess
) -> str:
    """The partner's file: everything on loopback and on high ports."""
    sites = "\n".join(f"  {name}: {{people: {people}}}" for name, people in definition.sites.items())
    components = "\n".join(_component(component) for component in definition.components)
    return f"""\
# Written by the demonstration for the built-in site. Everything is on loopback and on high ports.
{own_side(workspace, "demo", "127.0.0.1", ports, headend)}
order: {{id: DEMO-1, components: {len(definition.components)}}}
customer:
  name: Example SA
  people: {definition.people}
  sites: {len(definition.sites)}
  components: {len(definition.components)}

sites:
{sites}

credentials:
  v3:
    snmp:
      {{version: 3, user: cmsp, auth: SHA-256, auth_key: !secret lab-auth, priv: AES-128, priv_key: !secret lab-priv}}
  v2: {{snmp: {{version: 2c, community: !secret lab-community}}}}
  cli: {{ssh: {{user: cmsp, password: !secret lab-password}}}}

components:
{components}

groups:
  - match: {{name: "*"}}
    set:
      poll: {{every: {POLL_EVERY}}}
      # ICMP can't tell anything on loopback: a TCP port does. In service this is not needed.
      reach: {{icmp: false, tcp: {access.ssh_port}}}
      snmp: {{port: {access.snmp_port}}}
      ssh: {{port: {access.ssh_port}}}
"""


def _component(it: DeviceDefinition) -> str:
    parts = [f"address: {it.address}", f"site: {it.site}", DEVICE_LINES[it.name]]
    if it.people:
        parts.append(f"people: {it.people}")
    if it.behind:
        parts.append(f"parent: {it.behind}")
    return f"  {it.name}: {{{', '.join(parts)}}}"
