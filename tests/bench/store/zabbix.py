"""Debian's zabbix-proxy-sqlite3 on the same devices: the same figures, as items of its database.

It is a passive proxy without a server, so that it sends nothing: it polls, makes changes per second of counters
(preprocessing), and writes `proxy_history`. Thresholds are not its business, but that of a server.
"""

import gzip
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.bench.poll.measure import cpu_of
from tests.bench.poll.responder import MEASURED_CORE, Site, pin
from tests.bench.poll.site import MIB_2, ROWS, addresses

PROGRAM = "/usr/sbin/zabbix_proxy"
SCHEMA = Path("/usr/share/zabbix-proxy-sqlite3/schema.sql.gz")
COUNTERS = tuple(f"{MIB_2}.{column}" for column in ("31.1.1.1.6", "31.1.1.1.10", "2.2.1.14", "2.2.1.20"))
LEVELS = tuple(f"{MIB_2}.{column}" for column in ("31.1.1.1.15", "2.2.1.7", "2.2.1.8"))
"""Seven figures of each interface, as ours are: four rates, and speed, administrative and operational status."""
SNMP, UNSIGNED, FLOAT, CHANGE_PER_SECOND = 20, 3, 0, 10
ITEM = (
    "insert into items(itemid, type, snmp_oid, hostid, name, key_, delay, value_type, interfaceid, status,"
    " query_fields, headers, posts) values(?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', '')"
)
CONFIGURATION = """\
ProxyMode=1
Server=127.0.0.1
Hostname=bench
ListenIP=127.0.0.1
ListenPort={port}
LogFile={work}/proxy.log
PidFile={work}/proxy.pid
SocketDir={work}
DBName={work}/proxy.db
AllowRoot=1
CacheSize=128M
HistoryCacheSize=64M
HistoryIndexCacheSize=16M
StartPollers=5
Timeout=5
FpingLocation=/bin/true
"""


class Cost(NamedTuple):
    """What was measured."""

    values: int
    cpu: float
    wall: float
    octets: int


def _rows(devices: list[str], port: int, every: int) -> Iterator[tuple[str, tuple[object, ...]]]:
    item = preprocessing = 0
    for number, address in enumerate(devices, 1):
        yield "insert into hosts(hostid, host, name, status) values(?, ?, ?, 0)", (number, f"d{number}", f"d{number}")
        yield (
            "insert into interface(interfaceid, hostid, main, type, useip, ip, port) values(?, ?, 1, 2, 1, ?, ?)",
            (number, number, address, str(port)),
        )
        yield "insert into interface_snmp(interfaceid, version, bulk, community) values(?, 2, 1, 'public')", (number,)
        for row in range(1, ROWS + 1):
            for column in (*COUNTERS, *LEVELS):
                item += 1
                rate = column in COUNTERS
                oid = f"{column}.{row}"
                yield (
                    ITEM,
                    (item, SNMP, oid, number, oid, f"k{oid}", f"{every}s", FLOAT if rate else UNSIGNED, number),
                )
                yield "insert into item_rtdata(itemid) values(?)", (item,)
                if rate:
                    preprocessing += 1
                    yield (
                        "insert into item_preproc(item_preprocid, itemid, step, type) values(?, ?, 1, ?)",
                        (preprocessing, item, CHANGE_PER_SECOND),
                    )


def _prepare(work: Path, site: Site, devices: int, every: int, port: int) -> Path:
    work.mkdir(parents=True)
    with closing(sqlite3.connect(work / "proxy.db")) as database, database:
        database.executescript(gzip.decompress(SCHEMA.read_bytes()).decode())
        for statement, values in _rows([*addresses(devices, site.network)], site.port, every):
            database.execute(statement, values)
    file = work / "proxy.conf"
    file.write_text(CONFIGURATION.format(work=work, port=port))
    return file


def _family(pid: int) -> list[int]:
    """A process and its children: a process for each kind of work."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def _stored(work: Path) -> int:
    with closing(sqlite3.connect(f"file:{work}/proxy.db?mode=ro", uri=True, timeout=30)) as database:
        return int(database.execute("select coalesce(max(id), 0) from proxy_history").fetchone()[0])


def _size(work: Path) -> int:
    return sum(each.stat().st_size for each in work.glob("proxy.db*"))


def measure(site: Site, work: Path, devices: int, every: int, rounds: int, port: int) -> Cost:
    """Let it poll every `every` seconds; count after three rounds."""
    file = _prepare(work, site, devices, every, port)
    process = subprocess.Popen(
        [PROGRAM, "-f", "-c", str(file)],
        preexec_fn=lambda: pin(MEASURED_CORE),
        env={"MIBS": "", "PATH": "/usr/sbin:/usr/bin"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(3 * every)
        counted, size, begun = _stored(work), _size(work), time.perf_counter()
        used = sum(map(cpu_of, _family(process.pid)))
        time.sleep(rounds * every)
        spent = sum(map(cpu_of, _family(process.pid))) - used
        wall, values = time.perf_counter() - begun, _stored(work) - counted
        return Cost(values, spent, wall, _size(work) - size)
    finally:
        process.terminate()
        process.wait(60)
