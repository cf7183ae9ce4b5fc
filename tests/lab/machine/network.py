"""Two network namespaces joined by a cable: one that a machine starts from, one for a device. Names are unique."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.machine.commands import run

MACHINE_ADDRESS = "10.88.0.1"
DEVICE_ADDRESS = "10.88.0.2"
LINK = "wan0"
"""The machine's end of the cable; the machine gives it its address."""


@dataclass(frozen=True)
class Cable:
    """The names of both namespaces; the addresses are the module's constants."""

    machine: str
    device: str

    def in_device(self, *command: str) -> tuple[str, ...]:
        """A command line that runs `command` in the device's namespace."""
        return ("ip", "netns", "exec", self.device, *command)


def machine_name(prefix: str = "cmsp") -> str:
    """A name that no other run uses."""
    return f"{prefix}{os.getpid() % 100000}{secrets.token_hex(2)}"


@contextmanager
def cable() -> Iterator[Cable]:
    """Make both namespaces, and take them away at the end."""
    tag = machine_name("cs")
    made = Cable(f"{tag}-m", f"{tag}-d")
    try:
        for namespace in (made.machine, made.device):
            run("ip", "netns", "add", namespace)
            run("ip", "-n", namespace, "link", "set", "lo", "up")
        peer = ("type", "veth", "peer", "name", "lan0", "netns", made.device)
        run("ip", "-n", made.machine, "link", "add", LINK, *peer)
        run("ip", "-n", made.device, "address", "add", f"{DEVICE_ADDRESS}/24", "dev", "lan0")
        run("ip", "-n", made.device, "link", "set", "lan0", "up")
        yield made
    finally:
        for namespace in (made.machine, made.device):
            if Path("/run/netns", namespace).exists():
                run("ip", "netns", "delete", namespace, check=False)
