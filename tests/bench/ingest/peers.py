"""The peers: snmptrapd and rsyslogd of Debian, told to do what our receivers do (receive, decode or parse, keep)."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.ingest.processes import (
    Flood,
    Load,
    cpu_seconds,
    kernel_drops,
    measured,
    program,
    settled,
    wait_for_port,
)
from tests.lab.ports import free_port

TRAP_FORMAT = "%.4y-%.2m-%.2l %.2h:%.2j:%.2k %B %w %q %W %v\\n"
RSYSLOG = """
global(workDirectory="{folder}")
module(load="imudp" timeRequery="8")
input(type="imudp" address="127.0.0.1" port="{port}" rcvbufSize="8m")
template(name="parsed" type="string" string="%timegenerated:::date-rfc3339% %fromhost-ip% \
%msg:R,ERE,1,DFLT:%([A-Z0-9_]+-[0-7]-[A-Z0-9_]+):--end% %rawmsg%\\n")
action(type="omfile" file="{out}" template="parsed" ioBufferSize="64k" flushOnTXEnd="off")
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One run: who received what, at which rate, and what it cost."""

    who: str
    rate: int
    sent: int
    got: int
    cpu: float
    """Seconds."""

    @property
    def lost(self) -> int:
        """Datagrams."""
        return self.sent - self.got

    @property
    def per_million(self) -> float:
        """CPU seconds per million datagrams that arrived."""
        return self.cpu / max(self.got, 1) * 1e6


def snmptrapd(flood: Flood, load: Load, work: Path) -> Row:
    """Traps to lines of a file, numeric OIDs, no MIBs loaded."""
    config = work / "snmptrapd.conf"
    config.write_text("disableAuthorization yes\ndoNotLogTraps no\n")
    port, out = free_port(), work / "snmptrapd.out"
    options = ["-f", "-n", "-C", "-c", str(config), "-On", "-F", TRAP_FORMAT, "-Lf", str(out)]
    command = [program("snmptrapd"), *options, "-p", str(work / "snmptrapd.pid"), f"udp:127.0.0.1:{port}"]
    return _daemon("snmptrapd", command, port, out, lambda: flood.run(port, load), load, {"MIBS": ""})


def rsyslogd(flood: Flood, load: Load, work: Path) -> Row:
    """Lines to lines of a file, the mnemonic taken out by a regular expression."""
    port, out, config = free_port(), work / "rsyslogd.out", work / "rsyslogd.conf"
    config.write_text(RSYSLOG.format(folder=work, port=port, out=out))
    command = [program("rsyslogd"), "-n", "-f", str(config), "-i", str(work / "rsyslogd.pid")]
    return _daemon("rsyslogd", command, port, out, lambda: flood.run(port, load), load, {})


def _daemon(
    who: str, command: list[str], port: int, out: Path, run: Callable[[], Any], load: Load, environment: dict[str, str]
) -> Row:
    out.unlink(missing_ok=True)
    with measured(command, env={**os.environ, **environment}) as process:
        wait_for_port(port, process)
        before = cpu_seconds(process)
        run()
        cpu = settled(process) - before
        dropped = kernel_drops(port)
        process.terminate()
        process.wait(10)
    time.sleep(0.2)
    with out.open("rb") as written:
        got = sum(1 for _ in written)
    return Row(who, load.rate, load.count, min(got, load.count - dropped), cpu)
