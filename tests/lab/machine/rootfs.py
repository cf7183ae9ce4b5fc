"""The root file system that machines are booted from: Debian 12 with systemd, made once and kept in a cache.

The mirror is the one that this computer's own apt is set to.
"""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path

from tests.lab.machine.commands import run

PACKAGES = (
    *("systemd", "systemd-sysv", "dbus", "procps", "iproute2", "python3", "iputils-ping", "kmod"),
    *("nftables", "wireguard-go", "wireguard-tools"),
)
APT_OPTIONS = ('Acquire::Languages "none"', 'Acquire::Check-Valid-Until "false"')
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")
MASKED = (
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "console-getty.service",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "modprobe@.service",
)


def cache_folder() -> Path:
    """Where what is slow to make is kept between runs: CMSP_LAB_CACHE, else the user's cache folder."""
    chosen = os.environ.get("CMSP_LAB_CACHE") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "cmsp-agent-lab"
    return Path(chosen).expanduser()


def _apt_sources() -> list[str]:
    for candidate in ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"):
        path = Path(candidate)
        if path.is_file() and "deb" in path.read_text():
            return [candidate]
    return []


def _bootstrap(target: Path) -> None:
    options = [f"--aptopt={option}" for option in APT_OPTIONS]
    options += [f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT]
    run(
        *("mmdebstrap", "--quiet", "--variant=minbase", "--format=directory", *options),
        *(f"--include={','.join(PACKAGES)}", "bookworm", str(target), *_apt_sources()),
        within=600,
    )
    (target / "etc/machine-id").write_text("")
    for unit in MASKED:
        (target / "etc/systemd/system" / unit).symlink_to("/dev/null")


def base(cache: Path | None = None) -> Path:
    """The folder of the root file system, made first where it isn't in the cache yet (about 30 s)."""
    cache = cache or cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    recipe = hashlib.sha256(repr((PACKAGES, APT_OPTIONS, LEFT_OUT, MASKED)).encode()).hexdigest()[:12]
    folder = cache / f"bookworm-{recipe}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            unfinished = cache / f"bookworm-{recipe}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            _bootstrap(unfinished)
            unfinished.rename(folder)
    return folder
