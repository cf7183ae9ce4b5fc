"""A stage for tests of the whole agent: the reference head-end, the built-in site, a partner's file with port 0."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cmsp_agent.app.loading import Loaded, load
from tests.lab.agent.workspace import HeadendAccess, Ports, Workspace, free_udp_ports
from tests.lab.demo.site_file import demo_yaml
from tests.lab.headend.server import Headend
from tests.lab.site.emitter import Receivers
from tests.lab.site.site import ACCESS_SECRETS, Site

APPLIANCE = "demo"


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything around the agent."""

    workspace: Workspace
    headend: Headend
    site: Site
    ports: Ports

    def load(self) -> Loaded:
        """The file as it is now."""
        return load(self.workspace.site_yaml, environment={})

    def rewrite(self, old: str, new: str) -> None:
        """Edit the partner's file."""
        text = self.workspace.site_yaml.read_text(encoding="utf-8")
        assert old in text
        self.workspace.site_yaml.write_text(text.replace(old, new), encoding="utf-8")


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """Start the head-end and the site, and write the file; the agent itself is the test's to start."""
    workspace, ports = Workspace(folder), free_udp_ports()
    with Headend(folder / "headend") as headend:
        identity = headend.client(APPLIANCE)
        server = headend.authority.server("api")
        access = HeadendAccess(headend.url, identity.certificate, identity.key, headend.authority.path)
        site = Site(Receivers(("127.0.0.1", ports.traps), ("127.0.0.1", ports.syslog)))
        text = demo_yaml(workspace, site.definition, site.access, ports, access)
        tls = f"{{certificate: {server.certificate}, key: {server.key}, ca: {headend.authority.path}}}"
        workspace.write(
            text.replace("api: {listen: off,", f'api: {{listen: "127.0.0.1:0", tls: {tls},'), ACCESS_SECRETS
        )
        async with site:
            yield Stage(workspace, headend, site, ports)
