"""Network namespaces and the links between them: one for the agent's side with a bridge, one for each device."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.devices.commands import ip, run

PREFIX = "cmsplab"
BRIDGE = "br0"
PING_GROUPS = Path("/proc/sys/net/ipv4/ping_group_range")
_NEW_NETWORK = 0x40000000


def namespace_name(run_id: str, part: str) -> str:
    """The name of a namespace of this process: the process's id is in it, so that leftovers can be told."""
    return f"{PREFIX}-{os.getpid()}-{run_id}-{part}"


def remove_leftovers() -> list[str]:
    """Remove the namespaces of labs whose process is dead; returns their names."""
    gone = []
    for line in ip("netns list", check=False).splitlines():
        name = line.split()[0]
        if name.startswith(f"{PREFIX}-") and not Path(f"/proc/{name.split('-')[1]}").exists():
            remove_namespace(name)
            gone.append(name)
    return gone


def remove_namespace(name: str) -> None:
    """Remove a namespace of the lab, ending what still runs in it; nothing happens if there is none."""
    for pid in ip(f"netns pids {name}", check=False).split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    ip(f"netns del {name}", check=False)


@dataclass(slots=True)
class Network:
    """The agent's side and the devices' links. Addresses are 10.77.0.0/24 in every run: namespaces don't meet.

    Attributes:
        run_id: distinguishes the labs of one process.
        agent: name of the namespace of the agent's side.
    """

    run_id: str
    agent: str = field(init=False)
    namespaces: list[str] = field(default_factory=list)

    agent_address = "10.77.0.1"

    def __post_init__(self) -> None:
        """Name the agent's side."""
        self.agent = namespace_name(self.run_id, "agent")

    def open(self) -> None:
        """Make the agent's side with its bridge.

        Raises:
            subprocess.CalledProcessError: no right to do so.
        """
        self._add(self.agent)
        ip(f"-n {self.agent} link add {BRIDGE} type bridge")
        ip(f"-n {self.agent} addr add {self.agent_address}/24 dev {BRIDGE}")
        ip(f"-n {self.agent} link set {BRIDGE} up")
        with self.entered():
            # Ping sockets are closed to everybody by default; the package opens them to the agent's group.
            PING_GROUPS.write_text("0 2147483647")

    def attach(self, number: int) -> str:
        """Make a device's namespace with an uplink (eth0) and a customer port (ge1); returns its name."""
        name = namespace_name(self.run_id, str(number))
        self._add(name)
        ip(f"link add eth0 netns {name} type veth peer name up{number} netns {self.agent}")
        ip(f"link add ge1 netns {name} type veth peer name ge{number} netns {self.agent}")
        ip(f"-n {self.agent} link set up{number} master {BRIDGE} up")
        ip(f"-n {self.agent} link set ge{number} up")
        ip(f"-n {name} addr add {self.device_address(number)}/24 dev eth0")
        for interface in ("eth0", "ge1"):
            ip(f"-n {name} link set {interface} up")
        return name

    @staticmethod
    def device_address(number: int) -> str:
        """The address of the device with that number, from 1 on."""
        return f"10.77.0.{10 + number}"

    def set_customer_port(self, number: int, up: bool) -> None:
        """Cut the cable of a device's ge1 at the far end, or plug it in again."""
        ip(f"-n {self.agent} link set ge{number} {'up' if up else 'down'}")

    def set_uplink(self, number: int, up: bool) -> None:
        """Cut a device off from the agent, or connect it again."""
        ip(f"-n {self.agent} link set up{number} {'up' if up else 'down'}")

    def close(self) -> None:
        """Remove every namespace; links go with them."""
        for name in reversed(self.namespaces):
            remove_namespace(name)
        self.namespaces.clear()

    def command(self, *arguments: str) -> list[str]:
        """A command line that runs `arguments` on the agent's side."""
        return ["ip", "netns", "exec", self.agent, *arguments]

    def run(self, *arguments: str, check: bool = True) -> str:
        """Run a program on the agent's side and return what it printed."""
        return run(*self.command(*arguments), check=check)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Put the calling thread on the agent's side: sockets opened inside stay there."""
        with _opened("/proc/thread-self/ns/net") as here, _opened(f"/run/netns/{self.agent}") as there:
            _set_namespace(there)
            try:
                yield
            finally:
                _set_namespace(here)

    def udp_socket(self, port: int) -> socket.socket:
        """A UDP socket bound on the agent's side."""
        with self.entered():
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind((self.agent_address, port))
        return one

    def _add(self, name: str) -> None:
        self.namespaces.append(name)
        ip(f"netns add {name}")
        ip(f"-n {name} link set lo up")


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _set_namespace(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _NEW_NETWORK):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
