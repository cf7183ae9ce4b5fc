"""The simulated site: compiled, started and asked for its counts."""

import ctypes
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.bench.poll.site import LINK, LOOPBACK
from tests.lab.ports import free_port

CLONE_NEWNET = 0x40000000
LINK_LARGEST = 1472
"""Octets of a UDP payload that one frame carries."""
MEASURED_CORE = 1 if (os.cpu_count() or 1) > 1 else 0
"""Pollers run here, one after the other; the site runs on the other one."""


class Counts(NamedTuple):
    """What the site was asked so far."""

    gets: int
    bulks: int
    varbinds: int
    refused: int
    discoveries: int

    def since(self, before: "Counts") -> "Counts":
        """The difference."""
        return Counts(*(now - then for now, then in zip(self, before, strict=True)))


@dataclass(frozen=True, slots=True)
class Site:
    """A running site."""

    port: int
    network: str = LOOPBACK

    def counts(self) -> Counts:
        """Ask for the counts."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.5)
            for _ in range(20):  # it may be starting, or busy
                asking.sendto(b"STAT", (f"{self.network}.0.1", self.port))
                with suppress(TimeoutError):
                    return Counts(*map(int, asking.recv(200).split()))
        raise TimeoutError("the simulated site does not answer")


def pin(core: int) -> None:
    """Keep this process on one core."""
    os.sched_setaffinity(0, {core})


def compiled(work: Path) -> Path:
    """Compile the site's program."""
    program = work / "responder"
    source = Path(__file__).with_name("responder.c")
    options = ["-O2", "-Wno-deprecated-declarations"]
    subprocess.run(["gcc", *options, "-o", program, source, "-lcrypto"], check=True)
    return program


@contextmanager
def site(program: Path) -> Iterator[Site]:
    """Run the site on loopback until the block ends."""
    port = free_port()
    with _running([str(program), str(port)]):
        yield answering(Site(port))


@contextmanager
def linked_site(program: Path) -> Iterator[Site]:
    """Run the site in a network of its own behind a veth pair of MTU 1500; no answer is longer than that carries.

    This process must be in a network of its own already: see `own_network`.
    """
    port = free_port()
    with _running(["unshare", "--net", str(program), str(port), str(LINK_LARGEST)]) as process:
        inside = ["nsenter", "--target", str(process.pid), "--net"]
        ours_, theirs = Path("/proc/self/ns/net"), Path(f"/proc/{process.pid}/ns/net")
        deadline = time.monotonic() + 5
        while ours_.readlink() == theirs.readlink() and time.monotonic() < deadline:
            time.sleep(0.01)
        for prefix, command in (
            ([], f"link add to-site mtu 1500 type veth peer name eth0 mtu 1500 netns {process.pid}"),
            ([], "address add 10.9.0.1/30 dev to-site"),
            ([], "link set to-site up"),
            (inside, "address add 10.9.0.2/30 dev eth0"),
            (inside, "link set eth0 up"),
            (inside, "link set lo up"),
            (inside, f"route add local {LINK}.0.0/16 dev lo"),
            (inside, "route add default via 10.9.0.1"),
            ([], f"route add {LINK}.0.0/16 via 10.9.0.2"),
        ):
            subprocess.run([*prefix, "ip", *command.split()], check=True)
        yield answering(Site(port, LINK))


def own_network() -> None:
    """Put this process, and what it starts, into a new network with nothing but loopback.

    Raises:
        OSError: not root.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "a network namespace needs root")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def answering(running: Site) -> Site:
    """The site, once it answers."""
    running.counts()
    return running


@contextmanager
def _running(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, preexec_fn=lambda: pin(1 - MEASURED_CORE))
    try:
        yield process
    finally:
        process.kill()
        process.wait()
