"""Two network namespaces joined by a cable: the machine's and, across it, a device's. Names are unique to the run."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.machine.commands import run

MACHINE_ADDRESS = "10.88.0.1"
DEVICE_ADDRESS = "10.88.0.2"


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
        run(
            "ip",
            "-n",
            made.machine,
            "link",
            "add",
            "wan0",
            "type",
            "veth",
            "peer",
            "name",
            "lan0",
            "netns",
            made.device,
        )
        for namespace, link, address in (
            (made.machine, "wan0", MACHINE_ADDRESS),
            (made.device, "lan0", DEVICE_ADDRESS),
        ):
            run("ip", "-n", namespace, "address", "add", f"{address}/24", "dev", link)
            run("ip", "-n", namespace, "link", "set", link, "up")
        yield made
    finally:
        for namespace in (made.machine, made.device):
            if Path("/run/netns", namespace).exists():
                run("ip", "netns", "delete", namespace, check=False)
