"""net-snmp as a peer: an agent with a user for each pair of algorithms, and its notification commands."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from cmsp_agent.aio.clock import Clock, SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.transports.snmp.client import SnmpClient
from cmsp_agent.transports.snmp.target import SnmpTarget
from tests.lab.ports import free_port

AUTH_NAMES = {
    "MD5": "MD5",
    "SHA-1": "SHA",
    "SHA-224": "SHA-224",
    "SHA-256": "SHA-256",
    "SHA-384": "SHA-384",
    "SHA-512": "SHA-512",
}
PRIV_NAMES = {
    "DES": "DES",
    "AES-128": "AES",
    "AES-192": "AES-192",
    "AES-256": "AES-256",
    "AES-192-C": "AES-192-C",
    "AES-256-C": "AES-256-C",
}
"""Our names → net-snmp's; it has no 3DES."""

AUTH_PASSWORD = "authpass-12"
PRIV_PASSWORD = "privpass-34"
NEEDS_COMMANDS = pytest.mark.skipif(shutil.which("snmptrap") is None, reason="needs net-snmp's commands")
SNMPD = Path("/usr/sbin/snmpd")
SNMPD_ABSENT = "needs Debian's snmpd and snmp: run `make test` as root"
PATHS = {"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "MIBS": "", "MIBDIRS": "/nonexistent"}

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
IF_DESCR = "1.3.6.1.2.1.2.2.1.2"


def secret(value: str) -> Secret:
    """A secret that is no secret."""
    return Secret("test", lambda: value)


def community(version: str = "2c", name: str = "public") -> SnmpCredential:
    """A credential of v1 or v2c."""
    return SnmpCredential(version, community=secret(name))


def user_name(auth: str, priv: str) -> str:
    """The user of a pair of algorithms."""
    return f"u-{auth or 'none'}-{priv or 'none'}".lower()


def usm(
    auth: str = "", priv: str = "", *, password: str = AUTH_PASSWORD, privacy: str = PRIV_PASSWORD
) -> SnmpCredential:
    """The credential of a pair of algorithms."""
    return SnmpCredential(
        "3",
        user=user_name(auth, priv),
        auth=auth,
        auth_key=secret(password) if auth else None,
        priv=priv,
        priv_key=secret(privacy) if priv else None,
    )


def pairs() -> list[tuple[str, str]]:
    """All pairs that net-snmp has, those without privacy or without anything among them."""
    return [("", "")] + [(auth, priv) for auth in AUTH_NAMES for priv in ("", *PRIV_NAMES)]


def agent_configuration(port: int) -> str:
    """snmpd.conf with a user for each pair."""
    lines = [
        f"agentaddress udp:127.0.0.1:{port},udp6:[::1]:{port}",
        "rocommunity public",
        "rocommunity6 public",
        "sysName gw-test-1",
    ]
    for auth, priv in pairs():
        name = user_name(auth, priv)
        keys = f' {AUTH_NAMES[auth]} "{AUTH_PASSWORD}"' if auth else ""
        keys += f' {PRIV_NAMES[priv]} "{PRIV_PASSWORD}"' if priv else ""
        lines.append(f"createUser {name}{keys}")
        lines.append(f"rouser {name} {'priv' if priv else 'auth' if auth else 'noauth'}")
    return "\n".join(lines) + "\n"


class Snmpd:
    """A running snmpd that can be killed and started again."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "snmpd.conf").write_text(agent_configuration(port))

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(
            [str(SNMPD), "-f", "-C", "-c", "snmpd.conf,state/snmpd.conf", "-Lf", "snmpd.log", "-I", "-smux"],
            cwd=self._folder,
            env={**PATHS, "SNMP_PERSISTENT_DIR": str(self._folder / "state")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        ask = ["snmpget", "-v2c", "-cpublic", "-t0.3", "-r0", f"127.0.0.1:{self.port}", SYS_UP_TIME]
        while subprocess.run(ask, env=PATHS, capture_output=True, check=False).returncode:
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError((self._folder / "snmpd.log").read_text())
            time.sleep(0.1)

    def stop(self, *, hard: bool = False) -> None:
        """End it; hard, it can't keep its users and boots."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)
            self._process.wait(10)
            self._process = None

    def set_boots(self, boots: int) -> None:
        """Make it believe that it was started so often."""
        kept = self._folder / "state" / "snmpd.conf"
        lines = [line for line in kept.read_text().splitlines() if not line.startswith("engineBoots")]
        kept.write_text("\n".join([*lines, f"engineBoots {boots}"]) + "\n")


@contextmanager
def running(folder: Path) -> Iterator[Snmpd]:
    """A running snmpd."""
    agent = Snmpd(folder, free_port())
    agent.start()
    try:
        yield agent
    finally:
        agent.stop()


class Rig:
    """A client with its counters."""

    def __init__(self, clock: Clock | None = None, **options: object) -> None:
        self.counters = Counters()
        self.client = SnmpClient(clock or SystemClock(), self.counters, **options)  # type: ignore[arg-type]

    async def __aenter__(self) -> Self:
        await self.client.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()

    def session(self, credential: SnmpCredential, port: int, address: str = "127.0.0.1", **options: object):  # type: ignore[no-untyped-def]
        """A session with a short patience."""
        settings = {"timeout": 1.0, "retries": 1, **options}
        return self.client.session(SnmpTarget(address, credential, port=port, **settings))  # type: ignore[arg-type]


async def command(*words: str, within: float = 20.0) -> tuple[int, str]:
    """Run one of net-snmp's commands; what it says of itself is of interest where it fails.

    On its first run on a machine it tells on stderr which directories it created.
    """
    process = await asyncio.create_subprocess_exec(
        *words,
        env={**PATHS, "SNMP_PERSISTENT_DIR": os.environ.get("TMPDIR", "/tmp")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, said = await asyncio.wait_for(process.communicate(), within)
    return process.returncode or 0, (out + said if process.returncode else out).decode(errors="replace")
