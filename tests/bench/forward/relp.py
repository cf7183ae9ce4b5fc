"""rsyslogd with omrelp over TLS and a disk-assisted queue: the same outage, then the drain to an rsyslogd that writes.

An event is a line as long as one of ours. The receiver is not there while the queue fills; then it is started.
"""

import socket
import subprocess
import time
from pathlib import Path

from tests.bench.forward.outcome import Outcome
from tests.bench.ingest.processes import LOAD_CORE, cpu_seconds, measured, program, settled
from tests.bench.poll.measure import peak_rss_mb
from tests.lab.certificates import Authority, Identity
from tests.lab.ports import free_port

EVENT_OCTETS = 640
"""About what one of ours has before compression."""
PATIENCE = 120.0
TLS = """tls="on" tls.caCert="{ca}" tls.myCert="{own.certificate}" tls.myPrivKey="{own.key}"
  tls.authMode="name" tls.permittedPeer="{peer}\""""
SENDER = """\
global(workDirectory="{spool}" maxMessageSize="8k")
module(load="imptcp")
module(load="omrelp")
template(name="m" type="string" string="%msg%\\n")
ruleset(name="f") {{ action(type="omrelp" target="127.0.0.1" port="{out}" template="m" timeout="10" windowSize="1000"
  {tls}
  action.resumeRetryCount="-1" action.resumeInterval="1" queue.type="LinkedList" queue.size="10000"
  queue.filename="q" queue.maxDiskSpace="2g" queue.saveOnShutdown="on" queue.dequeueBatchSize="1000") }}
input(type="imptcp" port="{inward}" address="127.0.0.1" ruleset="f")
"""
RECEIVER = """\
global(workDirectory="{folder}" maxMessageSize="8k")
module(load="imrelp")
template(name="m" type="string" string="%rawmsg%\\n")
ruleset(name="o") {{ action(type="omfile" file="{arrived}" template="m") }}
input(type="imrelp" port="{out}" ruleset="o" maxDataSize="10k"
  {tls})
"""


def measure(work: Path, count: int) -> Outcome:
    """Fill the queue, then drain it."""
    spool, arrived = work / "spool", work / "arrived"
    spool.mkdir(parents=True)
    authority = Authority(work / "ca")
    server, client = authority.server("server"), authority.client("sender", "urn:bench:sender")
    inward, out = free_port(), free_port()
    sender, receiver = work / "sender.conf", work / "receiver.conf"
    sender.write_text(SENDER.format(spool=spool, inward=inward, out=out, tls=_tls(authority, client, "localhost")))
    receiver.write_text(RECEIVER.format(folder=work, arrived=arrived, out=out, tls=_tls(authority, server, "sender")))
    with measured(_rsyslogd(work, sender)) as sending:
        before = _listening(inward, sending)
        _fill(inward, count)
        filled = settled(sending)
        with measured(_rsyslogd(work, receiver), core=LOAD_CORE):
            reached, took = _drained(arrived, count)
            drained = cpu_seconds(sending)
        rss = peak_rss_mb(sending.pid)
    return Outcome("rsyslog omrelp", count, reached, filled - before, drained - filled, took, rss)


def _tls(authority: Authority, own: Identity, peer: str) -> str:
    return TLS.format(ca=authority.path, own=own, peer=peer)


def _rsyslogd(work: Path, configuration: Path) -> list[str]:
    return [program("rsyslogd"), "-n", "-i", str(work / f"{configuration.stem}.pid"), "-f", str(configuration)]


def _listening(port: int, process: "subprocess.Popen[str]") -> float:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return cpu_seconds(process)
        time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} does not listen")


def _fill(port: int, count: int) -> None:
    padding = "x" * EVENT_OCTETS
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for first in range(0, count, 500):
            lines = [
                f'<134>Nov 27 10:00:00 gw-{number % 500} ev: {{"id":"{number:032x}","text":"{padding}"'[:EVENT_OCTETS]
                for number in range(first, min(first + 500, count))
            ]
            connection.sendall("\n".join([*lines, ""]).encode())


def _drained(arrived: Path, count: int) -> tuple[int, float]:
    """Wait until all has arrived, or nothing more arrives: how many lines, and the seconds since the first octet."""
    begun, last_growth, size = 0.0, time.monotonic(), 0
    lines, seen = 0, 0
    while lines < count and time.monotonic() - last_growth < PATIENCE / 4:
        now = arrived.stat().st_size if arrived.exists() else 0
        if now > size:
            begun, last_growth = begun or time.monotonic(), time.monotonic()
            with arrived.open("rb") as file:
                file.seek(seen)
                text = file.read()
            seen, size, lines = seen + len(text), now, lines + text.count(b"\n")
        time.sleep(0.05)
    return lines, last_growth - begun
