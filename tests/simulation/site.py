"""The built-in site on the played network: the lab's devices, without a socket of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cmsp_agent.model.errors import DeviceUnreachable
from cmsp_agent.transports.snmp import ber, pdu, varbinds
from cmsp_agent.transports.snmp.values import Missing
from cmsp_agent.transports.ssh import CliClient
from cmsp_agent.transports.ssh.target import CliTarget
from tests.lab.site.answers import answer
from tests.lab.site.definitions import SiteDefinition, load_site
from tests.lab.site.device import Access, Device
from tests.lab.site.emitter import Receivers
from tests.lab.site.emitter import _Answers as Answers
from tests.lab.site.happenings import Happening
from tests.lab.site.ios_shell import IosSession
from tests.lab.site.ledger import Ledger
from tests.lab.site.site import lab_access
from tests.lab.site.snmp_agent import SnmpAgent
from tests.lab.site.walk import Rising, parse_oid
from tests.simulation.network import AGENT, PlayedTransport, Wire

SNMP, SSH, TRAPS, SYSLOG = 161, 22, 162, 514


@dataclass(slots=True)
class QuickAgent(SnmpAgent):
    """Answers as the lab's agent does, and remembers what it encoded: a week has half a million questions."""

    _plans: dict[tuple[object, ...], list[bytes | tuple[bytes, Rising]]] = field(default_factory=dict)

    def forget(self) -> None:
        """The objects changed."""
        self._plans.clear()

    def _answer(self, asked: pdu.Pdu) -> bytes:
        uptime = self.uptime()
        key = (asked.kind, tuple(asked.names), asked.error_status, asked.error_index)
        plan = self._plans.get(key)
        if plan is None:
            plain = answer(asked, self.walk, uptime)
            said = pdu.decode_pdu(plain, 0, len(plain), self._texts)
            if said.error_status:
                return plain
            plan = self._plans[key] = self._plan(said)
        bound = b"".join(part if isinstance(part, bytes) else _risen(*part, uptime) for part in plan)
        return pdu.encode_pdu(pdu.RESPONSE, asked.request_id, 0, 0, ber.element(ber.SEQUENCE, bound))

    def _plan(self, said: pdu.Pdu) -> list[bytes | tuple[bytes, Rising]]:
        """The bindings, those encoded already that don't change by themselves."""
        plan: list[bytes | tuple[bytes, Rising]] = [b""]
        for name, value in zip(said.names, said.values, strict=True):
            cell = None if isinstance(value, Missing) else self.walk.cells[parse_oid(ber.oid_text(name))]
            if isinstance(cell, Rising):
                plan += [(name, cell), b""]
                continue
            encoded = (
                varbinds.encode_value(cell.tag, cell.value) if cell else varbinds.encode_value(value.value, None)  # type: ignore[union-attr]
            )
            last = plan[-1]
            assert isinstance(last, bytes)
            plan[-1] = last + varbinds.encode_varbind(name, encoded)
        return plan


def _risen(name: bytes, cell: Rising, uptime: float) -> bytes:
    typed = cell.at(uptime)
    return varbinds.encode_varbind(name, varbinds.encode_value(typed.tag, typed.value))


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
        plain = self.snmp
        here = self.snmp = QuickAgent(
            plain.device, plain.walk, plain.uptime, plain.ledger, community=plain.community, secure=plain.secure
        )
        address = self.definition.address
        if self.definition.snmp != "none":
            here._transport = PlayedTransport(wire, (address, SNMP))
            wire.ports[address, SNMP] = here.received
        own = (address, wire.free_port())
        self.emitter._transport = PlayedTransport(wire, own)
        wire.ports[own] = Answers(self.emitter._waiting).datagram_received
        self.alive = True

    def happen(self, happening: Happening) -> None:
        """As on the lab's device."""
        Device.happen(self, happening)
        assert isinstance(self.snmp, QuickAgent)
        self.snmp.forget()

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
    _at: dict[str, PlayedDevice] = field(init=False)

    def __post_init__(self) -> None:
        self.access = lab_access(SNMP, SSH)
        receivers = Receivers((AGENT, TRAPS), (AGENT, SYSLOG))
        self.devices = {
            one.name: PlayedDevice(one, self.access, receivers, self.ledger, self.wall, self.monotonic)
            for one in self.definition.components
        }
        self._at = {one.definition.address: one for one in self.devices.values()}

    def alive(self, address: str) -> bool:
        """Whether an address can be reached."""
        there = self._at.get(address)
        return there is not None and there.alive

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
        async def commands(
            self,
            target: CliTarget,
            commands: Sequence[str],
            within: float,
            complete: Callable[[str], bool] | None = None,
        ) -> list[str]:
            address = target.address
            [device] = [one for one in site.devices.values() if one.definition.address == address]
            if not device.alive:
                raise DeviceUnreachable(f"{address}: no answer in {within:g} s")
            return [IosSession(device.shell, "cmsp").answer(command) for command in commands]

    return PlayedCli
