"""The WireGuard link by the programs of Debian: ip, wg, nft, wireguard-go. Nothing reaches a shell.

The private key goes from its file to the kernel; it is in no argument, no log and no error.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.tunnel import PeerEndpoint, TunnelPeer, TunnelSettings

WITHIN = 10.0
SOCKETS = Path("/run/wireguard")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class TunnelFailed(AgentError):
    """The link could not be set up or asked; the text names the program."""

    retryable = True


class WireguardLink:
    """One interface, from `up` to `down`."""

    def __init__(self, interface: str) -> None:
        self.interface = interface
        self.mode = ""
        self._daemon: subprocess.Popen[bytes] | None = None

    def up(self, settings: TunnelSettings, key: Path) -> None:
        """Make the link: by the kernel, else by wireguard-go, which is supervised.

        Raises:
            TunnelFailed: a program failed or is not installed.
        """
        self.down()
        try:
            run("ip", "link", "add", self.interface, "type", "wireguard")
            self.mode = "kernel"
        except TunnelFailed:
            self._start_daemon()
        run("wg", "set", self.interface, "private-key", str(key))
        for peer in settings.peers:
            allowed = ",".join(peer.allowed)
            keepalive = ("persistent-keepalive", str(peer.keepalive))
            run("wg", "set", self.interface, "peer", peer.public_key, "allowed-ips", allowed, *keepalive)
        run("ip", "address", "add", settings.address, "dev", self.interface)
        run("ip", "link", "set", self.interface, "mtu", str(settings.mtu), "up")
        for network in (text for peer in settings.peers for text in peer.allowed):
            run("ip", "route", "replace", network, "dev", self.interface)

    def down(self) -> None:
        """Take the link away, also one that an earlier process left."""
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(WITHIN)
            self._daemon = None
        subprocess.run(["ip", "link", "del", self.interface], capture_output=True, env={"PATH": PATH}, check=False)

    @property
    def alive(self) -> bool:
        """Whether what carries the link still runs."""
        return self._daemon is None or self._daemon.poll() is None

    def use(self, peer: TunnelPeer, address: str, port: int) -> None:
        """Send to a peer at this address from now on."""
        run("wg", "set", self.interface, "peer", peer.public_key, "endpoint", str(PeerEndpoint(address, port)))

    def handshake(self) -> float:
        """When the last handshake with any peer was, seconds since the epoch; 0: never."""
        return max((float(row[1]) for row in self._shown("latest-handshakes")), default=0.0)

    def transfer(self) -> tuple[int, int]:
        """Octets received and sent."""
        rows = self._shown("transfer")
        return sum(int(row[1]) for row in rows), sum(int(row[2]) for row in rows)

    def _shown(self, what: str) -> list[list[str]]:
        return [line.split("\t") for line in run("wg", "show", self.interface, what).splitlines()]

    def _start_daemon(self) -> None:
        environment = {"PATH": PATH, "LOG_LEVEL": "error", "WG_PROCESS_FOREGROUND": "1"}
        try:
            self._daemon = subprocess.Popen(["wireguard-go", "-f", self.interface], env=environment)
        except OSError as error:
            raise TunnelFailed(f"neither the kernel nor wireguard-go carries WireGuard here: {error}") from error
        self.mode = "wireguard-go"
        deadline = time.monotonic() + WITHIN
        while not (SOCKETS / f"{self.interface}.sock").exists():
            if self._daemon.poll() is not None or time.monotonic() > deadline:
                raise TunnelFailed("wireguard-go did not come up")
            time.sleep(0.02)


def load_firewall(rules: str) -> None:
    """Load rules in one transaction.

    Raises:
        TunnelFailed: nft failed; the rules are as before.
    """
    run("nft", "--file", "-", given=rules)


def drop_firewall(table: str) -> None:
    """Take the rules away."""
    subprocess.run(["nft", "delete", "table", "inet", table], capture_output=True, env={"PATH": PATH}, check=False)


def resolved(endpoint: PeerEndpoint) -> list[str]:
    """The addresses of an endpoint now, those of both families, the likeliest first; none: its name leads nowhere."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):  # the second: a label that is no label
        return []
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@contextmanager
def firewall(rules: str, table: str) -> Iterator[None]:
    """Rules that hold for as long as the block runs. Raises as `load_firewall`."""
    load_firewall(rules)
    try:
        yield
    finally:
        drop_firewall(table)


def run(program: str, *arguments: str, given: str = "") -> str:
    """Run a program of the system.

    Raises:
        TunnelFailed: it is not installed, failed, or took too long.
    """
    command: Sequence[str] = (program, *arguments)
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=WITHIN, check=True, env=_environment()
        )
    except FileNotFoundError as error:
        raise TunnelFailed(f"{program} is not installed") from error
    except subprocess.CalledProcessError as error:
        raise TunnelFailed(f"{program} failed: {error.stderr.strip()[:300]}") from error
    except subprocess.TimeoutExpired as error:
        raise TunnelFailed(f"{program} took more than {WITHIN:g} s") from error
    return done.stdout


def _environment() -> dict[str, str]:
    return {"PATH": PATH, "LANG": "C", "HOME": os.environ.get("HOME", "/")}
