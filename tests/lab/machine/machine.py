"""One booted Debian machine in systemd-nspawn: start, run commands inside, push files, stop.

Works on a host whose own PID 1 is not systemd. The root file system is an overlay over the cached base, so a machine
starts in seconds and leaves nothing behind. What a container can't show: limits of memory and of tasks.
"""

import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.lab.machine.commands import SYSTEM_ENVIRONMENT, SYSTEM_PATH, CommandFailed, run
from tests.lab.machine.network import LINK, MACHINE_ADDRESS

CGROUP_ROOT = Path("/sys/fs/cgroup")
BOOT_WITHIN = 60.0
STOP_WITHIN = 30.0
NAMESPACES = ("-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w")
CLEAN_ENVIRONMENT = ("env", "-i", f"PATH={SYSTEM_PATH}", "HOME=/root", "TERM=dumb", "LC_ALL=C.UTF-8", "SYSTEMD_PAGER=")
# Move the shell into control groups of the machine's own, as systemd owns all below its group. Then, in a mount
# namespace of its own, set /sys read-only, which tells nspawn not to wait for udev to know the link; become nspawn.
ENTER = (
    'for group in "$@"; do [ "$group" = -- ] && break; echo 0 > "$group/cgroup.procs"; shift; done; '
    'shift; mount -o remount,bind,ro /sys && exec "$@"'
)


def _hierarchies() -> list[Path]:
    hybrid = [CGROUP_ROOT / name for name in ("unified", "systemd") if (CGROUP_ROOT / name).is_dir()]
    return hybrid or [CGROUP_ROOT]


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


class Machine:
    """A machine named `name` over the `base` file system, its files under `folder`.

    It takes the link `LINK` out of the network namespace `network` into one of its own: only so are its `/sys` and
    `/proc/sys/net` those of its own network, and writable where a machine's are.
    """

    def __init__(self, name: str, base: Path, folder: Path, network: str) -> None:
        self.name = name
        self.network = network
        self.console = folder / "console.log"
        self._base = base
        self._folder = folder
        self._root = folder / "root"
        self._groups = [top / name for top in _hierarchies()]
        self._nspawn: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Boot, and return the state that systemd reports (`running`, or `degraded` with a unit that failed)."""
        for part in ("upper", "work", "root"):
            (self._folder / part).mkdir(parents=True)
        layers = f"lowerdir={self._base},upperdir={self._folder / 'upper'},workdir={self._folder / 'work'}"
        run("mount", "-t", "overlay", "overlay", "-o", layers, str(self._root))
        for group in self._groups:
            group.mkdir()
        with self.console.open("wb") as console:
            self._nspawn = subprocess.Popen(
                [
                    "unshare",
                    "--mount",
                    "/bin/sh",
                    "-c",
                    ENTER,
                    "enter",
                    *map(str, self._groups),
                    "--",
                    *self._command(),
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                env={**SYSTEM_ENVIRONMENT, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            )
        self._await_boot()
        self.run("ip", "address", "add", f"{MACHINE_ADDRESS}/24", "dev", LINK)
        self.run("ip", "link", "set", LINK, "up")
        return self.run("systemctl", "is-system-running", "--wait", check=False).strip()

    def _command(self) -> list[str]:
        return [
            *("nsenter", f"--net=/run/netns/{self.network}"),
            *("systemd-nspawn", "--quiet", "--boot", f"--directory={self._root}", f"--machine={self.name}"),
            *("--register=no", "--keep-unit", f"--network-interface={LINK}"),
            *("--resolv-conf=off", "--timezone=off", "--system-call-filter=bpf @keyring", "--console=pipe"),
        ]

    def _await_boot(self) -> None:
        end = time.monotonic() + BOOT_WITHIN
        while time.monotonic() < end:
            if self._nspawn is not None and self._nspawn.poll() is not None:
                break
            with suppress(ProcessLookupError, LookupError):
                if Path(f"/proc/{self._leader()}/root/run/systemd/private").exists():
                    return
            time.sleep(0.05)
        raise CommandFailed(f"{self.name}: not booted\n{self.console.read_text(errors='replace')}")

    def _leader(self) -> int:
        """The process that is PID 1 inside. Looked up each time: a reboot changes it."""
        if self._nspawn is None:
            raise LookupError(f"{self.name} is not started")
        for child in _children(self._nspawn.pid):
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return child
        raise LookupError(f"{self.name} has no PID 1 yet")

    def run(self, *command: str, within: float = 60, check: bool = True) -> str:
        """Run a program inside as root and return what it printed.

        Raises:
            CommandFailed: the program failed or took longer than `within` seconds.
        """
        enter = ("nsenter", "-t", str(self._leader()), *NAMESPACES, "--")
        return run(*enter, *CLEAN_ENVIRONMENT, *command, within=within, check=check)

    def push(self, source: Path, target: str) -> None:
        """Copy a file into the machine, at the absolute path `target`."""
        path = Path(f"/proc/{self._leader()}/root") / target.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.read_bytes())

    def stop(self) -> None:
        """Power off in order (killed after half a minute) and remove every trace."""
        if self._nspawn is not None:
            with suppress(LookupError, OSError):
                run("kill", "-s", "RTMIN+4", str(self._leader()), check=False)
            try:
                self._nspawn.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self._nspawn.kill()
                self._nspawn.wait()
        run("umount", str(self._root), check=False)
        for group in self._groups:
            for folder in sorted(group.rglob("*"), reverse=True):
                if folder.is_dir():
                    with suppress(OSError):
                        folder.rmdir()
            with suppress(OSError):
                group.rmdir()
