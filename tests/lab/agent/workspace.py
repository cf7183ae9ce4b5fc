"""A folder for one run of the agent: the partner's file, secrets, state, log. Knows no particular site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.lab.ports import free_port


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the agent listens for the devices."""

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
    def secrets(self) -> Path:
        """Files of secrets."""
        return self.folder / "secrets"

    @property
    def log(self) -> Path:
        """What the agent logs."""
        return self.folder / "agent.log"

    def write(self, site_yaml: str, secrets: Mapping[str, str]) -> None:
        """Write the partner's file and the secrets that it refers to, each in a file of mode 0600."""
        for folder in (self.api_socket.parent, self.state, self.backups, self.secrets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, value in secrets.items():
            path = self.secrets / name
            path.touch(mode=0o600)
            path.write_text(value, encoding="utf-8")
        self.site_yaml.write_text(site_yaml, encoding="utf-8")


def own_side(workspace: Workspace, name: str, address: str, ports: Ports, headend: HeadendAccess) -> str:
    """The part of a partner's file that is about the appliance itself.

    Args:
        workspace: where it keeps things.
        name: of the appliance.
        address: where it listens.
        ports: the ports that it listens on there.
        headend: how it reaches the head-end.
    """
    return f"""\
appliance:
  name: {name}
  secrets: {workspace.secrets}
  next_hop: 127.0.0.1
  storage: {{state: {workspace.state}, backups: {workspace.backups}}}

headend:
  urls: [{headend.url}]
  tunnel: external
  heartbeat: 5s
  tls: {{certificate: {headend.certificate}, key: {headend.key}, ca: {headend.ca}}}

api: {{listen: off, socket: {workspace.api_socket}}}
listen: {{traps: "{address}:{ports.traps}", syslog: "{address}:{ports.syslog}", syslog_tcp: off, syslog_tls: off}}
"""


def free_udp_ports() -> Ports:
    """Two ports of 127.0.0.1 that nobody uses now."""
    return Ports(free_port(), free_port())
