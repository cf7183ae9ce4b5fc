"""Debian's RANCID with a device type of the same two commands, git below it, twenty at a time. As its own user."""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from cmsp_agent.services.backups.build import DIALOGUES
from tests.bench.backup.devices import COUNT, PASSWORD, USER, address
from tests.bench.backup.outcome import Saved

USER_ID = "65534"
"""nobody: RANCID refuses to run as root."""
GROUP = "bench"
TYPES = """bench;script;rancid -t bench
bench;login;clogin
bench;module;ios
bench;inloop;ios::inloop
bench;command;ios::ShowVersion;show version
bench;command;ios::WriteTerm;show running-config
"""
_MOUNTED = (
    'mount --bind "$1" /etc/rancid/rancid.types.conf; cd "$2"; shift 2; '
    f'exec setpriv --reuid {USER_ID} --regid {USER_ID} --clear-groups -- "$@"'
)


class Rancid:
    """Set up in a folder.

    Args:
        folder: everything of it.
        host_key: the devices' public key file.
        inside: the words that run a command where the devices answer.
    """

    def __init__(self, folder: Path, host_key: Path, inside: Sequence[str]) -> None:
        self._folder, self._inside = folder, inside
        self._home, self._types = folder / "home", folder / "types.conf"
        self._home.mkdir(parents=True)
        self._types.write_text(TYPES)
        known = self._home / "known_hosts"
        kind, blob, *_ = host_key.read_text().split()
        known.write_text("".join(f"{address(number)} {kind} {blob}\n" for number in range(1, COUNT + 1)))
        login = self._home / ".cloginrc"
        ssh = self._home / "ssh-known"  # clogin takes one word
        ssh.write_text(
            f'#!/bin/sh\nexec ssh -F /dev/null -o UserKnownHostsFile={known} -o StrictHostKeyChecking=yes "$@"\n'
        )
        ssh.chmod(0o755)
        login.write_text(
            f"add user * {USER}\nadd password * {PASSWORD} {PASSWORD}\nadd method * ssh\nadd autoenable * 1\n"
            f"add sshcmd * {{{ssh}}}\n"
        )
        login.chmod(0o600)
        (folder / "rancid.conf").write_text(
            (Path("/etc/rancid/rancid.conf").read_text())
            + f"\nBASEDIR={folder}/base; export BASEDIR\nLOGDIR=$BASEDIR/logs; export LOGDIR\nCVSROOT=$BASEDIR/CVS\n"
            + f'export CVSROOT\nRCSSYS=git; export RCSSYS\nLIST_OF_GROUPS="{GROUP}"\nPAR_COUNT={DIALOGUES}\n'
            + "export PAR_COUNT\nMAX_ROUNDS=1; export MAX_ROUNDS\nSENDMAIL=/bin/true; export SENDMAIL\nNOPIPE=YES\n"
            + "export NOPIPE\nTMPDIR=$BASEDIR; export TMPDIR\n"
        )
        (folder / "base/logs").mkdir(parents=True)
        (self._home / ".gitconfig").write_text("[user]\n\tname = bench\n\temail = bench@example.net\n")
        subprocess.run(["chown", "-R", f"{USER_ID}:{USER_ID}", str(folder)], check=True)
        self._run("rancid-cvs", "-f", str(folder / "rancid.conf"), GROUP)
        router = folder / "base" / GROUP / "router.db"
        router.write_text("".join(f"{address(number)};bench;up\n" for number in range(1, COUNT + 1)))
        shutil.chown(router, int(USER_ID), int(USER_ID))

    def _run(self, *words: str) -> None:
        environment = ["env", "-i", f"HOME={self._home}", "USER=nobody", "LOGNAME=nobody", "LANG=C", "TERM=network"]
        environment += ["PATH=/usr/lib/rancid/bin:/usr/bin:/bin"]
        own = ["unshare", "--mount", "--propagation", "private", "bash", "-c", _MOUNTED, "bash", str(self._types)]
        own.append(str(self._home))
        subprocess.run(
            [*self._inside, *own, *environment, *words],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=900,
        )

    def collect(self) -> Saved:
        """One run over all devices."""
        for stored in self._configurations():
            os.truncate(stored, 0)  # else there were nothing new to store
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        self._run("rancid-run", "-f", str(self._folder / "rancid.conf"), GROUP)
        took, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        saved = sum(path.stat().st_size > 29_000 for path in self._configurations())
        return Saved("rancid", saved, spent, took)

    def _configurations(self) -> list[Path]:
        folder = self._folder / "base" / GROUP / "configs"
        return [path for path in folder.iterdir() if path.name.startswith("127.")]

    def said(self) -> str:
        """The end of its last log, for when something went wrong."""
        logs = sorted((self._folder / "base/logs").iterdir(), key=lambda path: path.stat().st_mtime)
        return logs[-1].read_text(errors="replace")[-2000:] if logs else "no log"
