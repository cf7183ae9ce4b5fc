"""The demonstration's folder: the partner's file for the built-in site, secrets, certificates. Starts nothing."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from tests.lab.site.definitions import DeviceDefinition, SiteDefinition
from tests.lab.site.device import Access
from tests.lab.site.site import ACCESS_SECRETS

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


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the agent listens for the devices, on loopback."""

    traps: int
    syslog: int


@dataclass(frozen=True, slots=True)
class HeadendAccess:
    """How the agent reaches the head-end: its URL, and files of the appliance's TLS identity."""

    url: str
    certificate: Path
    key: Path
    ca: Path


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with everything that the agent reads and writes."""

    folder: Path

    @property
    def site_yaml(self) -> Path:
        """The partner's file."""
        return self.folder / "site.yaml"

    @property
    def api_socket(self) -> Path:
        """Where the running agent answers."""
        return self.folder / "run" / "api.sock"

    @property
    def state(self) -> Path:
        """The agent's databases."""
        return self.folder / "state"

    @property
    def backups(self) -> Path:
        """The partner's backup storage."""
        return self.folder / "backups"

    @property
    def log(self) -> Path:
        """What the agent logs."""
        return self.folder / "agent.log"

    def write(self, definition: SiteDefinition, access: Access, ports: Ports, headend: HeadendAccess) -> None:
        """Write the partner's file and the secrets that it refers to, each in a file of mode 0600."""
        for folder in (self.api_socket.parent, self.state, self.backups, self.folder / "secrets"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, value in ACCESS_SECRETS.items():
            path = self.folder / "secrets" / name
            path.touch(mode=0o600)
            path.write_text(value, encoding="utf-8")
        self.site_yaml.write_text(self._yaml(definition, access, ports, headend), encoding="utf-8")

    def _yaml(self, definition: SiteDefinition, access: Access, ports: Ports, headend: HeadendAccess) -> str:
        sites = "\n".join(f"  {name}: {{people: {people}}}" for name, people in definition.sites.items())
        components = "\n".join(_component(component) for component in definition.components)
        return f"""\
# Written by the demonstration for the built-in site. Everything is on loopback and on high ports.
appliance:
  name: demo
  secrets: {self.folder / "secrets"}
  next_hop: 127.0.0.1
  storage: {{state: {self.state}, backups: {self.backups}}}

headend:
  urls: [{headend.url}]
  tunnel: external
  heartbeat: 5s
  tls: {{certificate: {headend.certificate}, key: {headend.key}, ca: {headend.ca}}}

api: {{listen: off, socket: {self.api_socket}}}
listen: {{traps: "127.0.0.1:{ports.traps}", syslog: "127.0.0.1:{ports.syslog}", syslog_tcp: off, syslog_tls: off}}

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


def free_udp_ports() -> Ports:
    """Two UDP ports of 127.0.0.1 that nobody uses now."""
    with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return Ports(one.getsockname()[1], other.getsockname()[1])
