"""One real device: write its files, boot it in its namespaces, run commands in it, end it."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.devices import boot, files
from tests.lab.devices.commands import ENVIRONMENT, run

READY_WITHIN = 20.0


class DeviceFailed(Exception):
    """A device did not come up; the text holds what it printed."""


@dataclass(slots=True)
class RealDevice:
    """A device in a namespace that exists already.

    Attributes:
        number: from 1 on.
        namespace: of its network.
        folder: its files: ``etc``, ``log``, ``console``.
        identity: its name, address, and whom it tells.
        logins: what it lets in.
    """

    number: int
    namespace: str
    folder: Path
    identity: files.Identity
    logins: files.Logins
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def name(self) -> str:
        """Its host name."""
        return self.identity.name

    @property
    def address(self) -> str:
        """Its address on the uplink."""
        return self.identity.address

    def prepare(self, host_key: Path) -> None:
        """Write its files."""
        for part in ("etc/ssh", "work", "log", "snmp"):
            (self.folder / part).mkdir(parents=True)
        etc = self.folder / "etc"
        for path, text in {**files.files(self.identity, self.logins), **files.accounts(self.logins)}.items():
            (etc / path).parent.mkdir(parents=True, exist_ok=True)
            (etc / path).write_text(text)
        shutil.copy(host_key, etc / "ssh" / "device_key")
        for secret, mode in (("shadow", 0o640), ("snmp/snmpd.conf", 0o600), ("ssh/device_key", 0o600)):
            (etc / secret).chmod(mode)
        # The user who logs in writes the configuration back: the files belong to FRR's group.
        run("chown", "-R", "frr:frrvty", str(etc / "frr"))
        (etc / "frr").chmod(0o2775)
        for written in (etc / "frr").iterdir():
            written.chmod(0o660)

    def boot(self) -> None:
        """Start it; `wait` says when it is up."""
        command = ["setpriv", "--pdeathsig", "KILL", "ip", "netns", "exec", self.namespace]
        command += ["unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL"]
        command += ["--propagation", "private", "/usr/bin/python3", "-S", boot.__file__, str(self.folder), self.name]
        with (self.folder / "console").open("wb") as console:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env=ENVIRONMENT,
                start_new_session=True,
            )

    def wait(self, within: float = READY_WITHIN) -> None:
        """Wait until every daemon runs.

        Raises:
            DeviceFailed: it ended, or is not ready after `within` seconds.
        """
        ready = self.folder / "ready"
        deadline = time.monotonic() + within
        while not (ready.exists() and ready.stat().st_size):
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                said = (self.folder / "console").read_text(errors="replace")
                raise DeviceFailed(f"{self.name} did not come up: {said[-2000:]}")
            time.sleep(0.02)

    def run(self, *command: str, check: bool = True) -> str:
        """Run a program inside the device and return what it printed."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return run("nsenter", "-t", children[0], "-m", "-u", "-n", "-p", "-i", "--", *command, check=check)

    def vtysh(self, *lines: str) -> str:
        """Type lines at its command line."""
        return self.run("vtysh", *(word for line in lines for word in ("-c", line)))

    def log(self, tag: str, text: str, priority: str = "local7.warning") -> None:
        """Let it send a syslog line."""
        self.run("logger", "-p", priority, "-t", tag, "--", text)

    def stop(self) -> None:
        """End every process of the device at once; its kernel goes on answering pings."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None
        (self.folder / "ready").unlink(missing_ok=True)

    def console(self) -> str:
        """What its start printed."""
        return (self.folder / "console").read_text(errors="replace")
