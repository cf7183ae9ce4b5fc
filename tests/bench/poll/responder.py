"""The simulated site: compiled, started and asked for its counts."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

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

    def counts(self) -> Counts:
        """Ask for the counts."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.5)
            for _ in range(20):  # it may be starting, or busy
                asking.sendto(b"STAT", ("127.0.0.1", self.port))
                with suppress(TimeoutError):
                    return Counts(*map(int, asking.recv(200).split()))
        raise TimeoutError("the simulated site does not answer")


def pin(core: int) -> None:
    """Keep this process on one core."""
    os.sched_setaffinity(0, {core})


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def site(work: Path) -> Iterator[Site]:
    """Compile and run the site until the block ends."""
    program = work / "responder"
    source = Path(__file__).with_name("responder.c")
    options = ["-O2", "-Wno-deprecated-declarations"]
    subprocess.run(["gcc", *options, "-o", program, source, "-lcrypto"], check=True)
    port = _free_port()
    process = subprocess.Popen([program, str(port)], preexec_fn=lambda: pin(1 - MEASURED_CORE))
    running = Site(port)
    try:
        running.counts()
        yield running
    finally:
        process.kill()
        process.wait()
