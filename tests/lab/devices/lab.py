"""N real devices and the agent's side, as a context manager: ``with RealLab(2, folder) as lab: …``."""

from __future__ import annotations

import contextlib
import itertools
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.lab.devices import files
from tests.lab.devices.commands import run
from tests.lab.devices.device import RealDevice
from tests.lab.devices.network import Network, remove_leftovers

_runs = itertools.count(1)


def fresh_logins() -> files.Logins:
    """Logins that nobody else has."""
    return files.Logins(
        community=f"lab{secrets.token_hex(6)}",
        snmp_user="cmsp",
        auth_password=secrets.token_hex(8),
        priv_password=secrets.token_hex(8),
        ssh_user="cmsp",
        ssh_password=secrets.token_hex(8),
    )


@dataclass(slots=True)
class RealLab:
    """Devices with the numbers 1 to `count`.

    Attributes:
        count: how many.
        folder: an empty folder on a real file system (overlay mounts need one).
        trap_port: where the devices send traps on the agent's side.
        syslog_port: and syslog.
        informs: whether they send informs instead of traps.
    """

    count: int
    folder: Path
    trap_port: int = 162
    syslog_port: int = 514
    informs: bool = False
    logins: files.Logins = field(default_factory=fresh_logins)
    network: Network = field(init=False)
    devices: list[RealDevice] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Name the namespaces; nothing is made before the context is entered."""
        self.network = Network(f"{next(_runs)}")

    def __enter__(self) -> Self:
        """Bring all up, or leave nothing.

        Raises:
            DeviceFailed: a device did not come up.
            subprocess.CalledProcessError: a program failed, for want of rights for example.
        """
        remove_leftovers()
        try:
            self._up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Remove all."""
        self.close()

    def __getitem__(self, number: int) -> RealDevice:
        """The device with that number, from 1 on."""
        return self.devices[number - 1]

    def close(self) -> None:
        """End the devices and remove their namespaces, whatever state they are in."""
        with contextlib.ExitStack() as stack:
            stack.callback(self.network.close)
            for device in self.devices:
                stack.callback(device.stop)
        self.devices.clear()

    def _up(self) -> None:
        host_key = self.folder / "host_key"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(host_key))
        self.network.open()
        for number in range(1, self.count + 1):
            device = self._device(number)
            device.prepare(host_key)
            self.devices.append(device)
            device.boot()
        for device in self.devices:
            device.wait()

    def _device(self, number: int) -> RealDevice:
        name = f"gw{number}"
        identity = files.Identity(
            name,
            self.network.device_address(number),
            self.network.agent_address,
            self.trap_port,
            self.syslog_port,
            self.informs,
        )
        return RealDevice(number, self.network.attach(number), self.folder / name, identity, self.logins)
