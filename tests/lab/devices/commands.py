"""Run the system's programs for the lab, with a search path that finds them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {**os.environ, "PATH": SYSTEM_PATH, "LC_ALL": "C"}
PROGRAMS = ("vtysh", "snmpd", "snmpget", "rsyslogd", "sshd", "ip", "unshare", "nsenter", "logger", "openssl")


def run(*arguments: str, check: bool = True, timeout: float = 30) -> str:
    """Run a program to its end and return what it printed.

    Raises:
        subprocess.CalledProcessError: it failed and `check` is set; its standard error is in the text.
        subprocess.TimeoutExpired: it took more than `timeout` seconds.
    """
    done = subprocess.run(
        arguments,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
    )
    if check and done.returncode:
        raise subprocess.CalledProcessError(done.returncode, " ".join(arguments), done.stdout, done.stderr)
    return done.stdout


def ip(arguments: str, check: bool = True) -> str:
    """Run ``ip`` with the words of `arguments`."""
    return run("ip", *arguments.split(), check=check)


def missing_programs(wanted: Sequence[str] = PROGRAMS) -> list[str]:
    """The programs that this machine lacks; FRR's daemons count as one."""
    missing = [name for name in wanted if shutil.which(name, path=SYSTEM_PATH) is None]
    return missing if os.path.exists("/usr/lib/frr/zebra") else [*missing, "frr"]
