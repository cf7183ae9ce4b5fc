"""The whole site: starts and stops the devices, and lets things happen to them when a test asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from tests.lab.ports import free_port
from tests.lab.site import happenings
from tests.lab.site.definitions import SiteDefinition, load_site
from tests.lab.site.device import Access, Device
from tests.lab.site.emitter import Receivers
from tests.lab.site.happenings import FIRST_PRI, Happening, Pri
from tests.lab.site.ledger import Ledger
from tests.lab.site.secure import SnmpUser

ACCESS_SECRETS = {
    "lab-community": "lab-c0mmunity-string",
    "lab-auth": "lab-auth-passphrase",
    "lab-priv": "lab-priv-passphrase",
    "lab-password": "lab-ssh-password",
    "lab-enable": "lab-enable-password",
}
"""What lets one in, by the names under which a site.yaml refers to it. Public: nothing but the lab is behind it."""


def lab_access(snmp_port: int, ssh_port: int, enable: bool = False) -> Access:
    """The access of every device of the built-in site."""
    return Access(
        snmp_port,
        ssh_port,
        community=ACCESS_SECRETS["lab-community"],
        snmp_user=SnmpUser("cmsp", "SHA-256", ACCESS_SECRETS["lab-auth"], "AES-128", ACCESS_SECRETS["lab-priv"]),
        ssh_password=ACCESS_SECRETS["lab-password"],
        enable_password=ACCESS_SECRETS["lab-enable"] if enable else "",
    )


@dataclass(slots=True)
class Site:
    """The built-in site. Use it as ``async with Site(receivers) as site``.

    Attributes:
        receivers: where the devices send traps and syslog.
        definition: the components; those of the data files unless told otherwise.
        ledger: what was really emitted and asked.
    """

    receivers: Receivers
    definition: SiteDefinition = field(default_factory=load_site)
    ledger: Ledger = field(default_factory=Ledger)
    enable: bool = False
    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    access: Access = field(init=False)
    devices: dict[str, Device] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Choose the ports and build the devices."""
        addresses = [component.address for component in self.definition.components]
        self.access = lab_access(free_port(addresses), free_port(addresses), enable=self.enable)
        for component in self.definition.components:
            self.devices[component.name] = Device(
                component, self.access, self.receivers, self.ledger, self.wall, self.monotonic
            )

    async def __aenter__(self) -> Self:
        """Start every device."""
        try:
            for device in self.devices.values():
                await device.start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop every device."""
        await self._stop()

    async def _stop(self) -> None:
        for device in self.devices.values():
            await device.stop()

    def __getitem__(self, name: str) -> Device:
        """The device of that name."""
        return self.devices[name]

    def happen(self, name: str, happening: Happening) -> None:
        """Let something happen to a device."""
        self.devices[name].happen(happening)

    def fail_pri(self, name: str, pri: Pri = FIRST_PRI) -> None:
        """The carrier's switch stops answering on one PRI: layer 2 is lost."""
        self.happen(name, happenings.pri_layer2(pri, up=False))

    def restore_pri(self, name: str, pri: Pri = FIRST_PRI) -> None:
        """Layer 2 of the PRI comes back."""
        self.happen(name, happenings.pri_layer2(pri, up=True))

    async def kill(self, name: str) -> None:
        """A device loses power; what is behind it can't be reached either, but goes on running."""
        for one in (name, *self.definition.behind(name)):
            await self.devices[one].die()

    async def revive(self, name: str) -> None:
        """The device starts again; what is behind it is reachable again, without having restarted."""
        await self.devices[name].recover(restarted=True)
        for one in self.definition.behind(name):
            await self.devices[one].recover(restarted=False)
