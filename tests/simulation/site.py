"""The built-in site on the played network: the lab's devices, without a socket of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cmsp_agent.transports.ssh import CliClient
from tests.lab.site.definitions import SiteDefinition, load_site
from tests.lab.site.device import Access, Device
from tests.lab.site.emitter import Receivers
from tests.lab.site.emitter import _Answers as Answers
from tests.lab.site.ledger import Ledger
from tests.lab.site.site import lab_access
from tests.simulation.network import AGENT, PlayedTransport, Wire

SNMP, SSH, TRAPS, SYSLOG = 161, 22, 162, 514


class _NoHole:
    def open(self, address: str, port: int) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class PlayedDevice(Device):
    """A device whose ports are on the played network."""

    def plug_in(self, wire: Wire) -> None:
        """Start to answer."""
        self._hole = _NoHole()  # type: ignore[assignment]
        self._started = self.monotonic()
        address, here = self.definition.address, self.snmp
        if self.definition.snmp != "none":
            here._transport = PlayedTransport(wire, (address, SNMP))
            wire.ports[address, SNMP] = here.received
        own = (address, wire.free_port())
        self.emitter._transport = PlayedTransport(wire, own)
        wire.ports[own] = Answers(self.emitter._waiting).datagram_received
        self.alive = True

    async def _open_door(self) -> None: ...
    async def _close_door(self) -> None: ...


@dataclass(slots=True)
class PlayedSite:
    """All devices. What is behind a dead device can't be reached, but goes on running."""

    wall: Callable[[], float]
    monotonic: Callable[[], float]
    definition: SiteDefinition = field(default_factory=load_site)
    ledger: Ledger = field(default_factory=Ledger)
    access: Access = field(init=False)
    devices: dict[str, PlayedDevice] = field(init=False)

    def __post_init__(self) -> None:
        self.access = lab_access(SNMP, SSH)
        receivers = Receivers((AGENT, TRAPS), (AGENT, SYSLOG))
        self.devices = {
            one.name: PlayedDevice(one, self.access, receivers, self.ledger, self.wall, self.monotonic)
            for one in self.definition.components
        }

    def alive(self, address: str) -> bool:
        """Whether an address can be reached."""
        return any(one.definition.address == address and one.alive for one in self.devices.values())

    def plug_in(self, wire: Wire) -> None:
        """Start all devices."""
        for device in self.devices.values():
            device.plug_in(wire)

    async def kill(self, name: str) -> None:
        """A device loses power."""
        for one in (name, *self.definition.behind(name)):
            await self.devices[one].die()

    async def revive(self, name: str) -> None:
        """It starts again; what is behind it can be reached again."""
        await self.devices[name].recover(restarted=True)
        for one in self.definition.behind(name):
            await self.devices[one].recover(restarted=False)


def played_cli(site: PlayedSite) -> type[CliClient]:
    """The agent's SSH client with the devices' shells in place of the wire."""

    class PlayedCli(CliClient):
        async def commands(self, target: object, commands: Sequence[str], within: float) -> list[str]:  # noqa: ARG002
            address = target.address  # type: ignore[attr-defined]
            [device] = [one for one in site.devices.values() if one.definition.address == address]
            return [device.shell.show("running-config") for _ in commands]

    return PlayedCli
