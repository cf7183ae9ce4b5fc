"""Our receivers under load, in a process of their own, and under a storm."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.ingest.peers import Row
from tests.bench.ingest.processes import (
    LOAD_CORE,
    Flood,
    Load,
    cpu_seconds,
    ended,
    measured,
    program,
    settled,
    wait_for_port,
)
from tests.lab.ports import free_port

STORM_RATE = 100_000
STORM_SECONDS = 10.0
QUIET_SOURCES = 20
QUIET_RATE = 1_000
FLOODER = 200
"""The last octet of the storm's one source."""


def receive(flood: Flood, load: Load, kind: str, stage: str) -> Row:
    """One run of the subject (see `subject`)."""
    with measured(_command(kind, stage)) as process:
        port = _port(process)
        before = cpu_seconds(process)
        flood.run(port, load)
        cpu = settled(process) - before
        reported = _end(process)
    return Row(f"agent, {stage}", load.rate, load.count, reported["understood"], cpu)


def storm(flood: Flood, kind: str, payloads: Path, work: Path) -> dict[str, Any]:
    """100,000/s for 10 s from one source, 20 quiet sources beside it, and ten polls a second all the while."""
    snmp = free_port()
    with measured(_snmpd(snmp, work), core=LOAD_CORE, cwd=work) as agent:
        wait_for_port(snmp, agent)
        with measured([*_command(kind, "signals"), str(snmp)]) as process:
            port = _port(process)
            time.sleep(1.5)
            quiet = flood.start(port, Load(QUIET_RATE, STORM_SECONDS + 1, payloads, QUIET_SOURCES))
            loud = flood.run(port, Load(STORM_RATE, STORM_SECONDS, payloads, 1, FLOODER))
            quietly = ended(quiet)
            time.sleep(3)  # what still waits in the queue
            reported = _end(process)
    received = reported.pop("by_component")
    of_quiet = sum(n for name, n in received.items() if name != f"gw-{FLOODER}")
    return {
        "kind": kind,
        "rate": loud["rate"],
        "sent": int(loud["sent"] + quietly["sent"]),
        **reported,
        "receive_lost": int(loud["sent"] + quietly["sent"]) - reported["received"],
        "quiet_sent": int(quietly["sent"]),
        "quiet_lost": int(quietly["sent"]) - of_quiet,
    }


def _snmpd(port: int, work: Path) -> list[str]:
    config = work / "snmpd.conf"
    config.write_text("rocommunity public 127.0.0.1\n")
    return [
        program("snmpd"),
        "-f",
        "-C",
        "-c",
        str(config),
        "-Lf",
        "/dev/null",
        "-I",
        "system_mib",
        f"udp:127.0.0.1:{port}",
    ]


def _command(kind: str, stage: str) -> list[str]:
    return [sys.executable, "-m", "tests.bench.ingest.subject", kind, stage]


def _port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    word, _, port = process.stdout.readline().partition(" ")
    if word != "ready":
        raise RuntimeError("our receiver did not start")
    return int(port)


def _end(process: "subprocess.Popen[str]") -> dict[str, Any]:
    process.terminate()
    reported, _ = process.communicate(timeout=20)
    answer: dict[str, Any] = json.loads(reported)
    return answer
