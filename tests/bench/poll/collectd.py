"""collectd's snmp plugin on the same work: a peer for v2c."""

import subprocess
import time
from pathlib import Path

from tests.bench.poll.measure import Measurement, cpu_of, peak_rss_mb
from tests.bench.poll.responder import MEASURED_CORE, Site, pin
from tests.bench.poll.site import COLUMNS, MIB_2, USEFUL, addresses

NUMBERS = [f"{MIB_2}.2.1.0", *(f"{MIB_2}.4.{number}.0" for number in range(1, 20))]
"""20 scalars like ours; collectd stores numbers only, so the texts of the system group give way to counters."""
NAMES = {f"{MIB_2}.2.2.1.2", f"{MIB_2}.31.1.1.1.1", f"{MIB_2}.31.1.1.1.18"}
VALUES = [column for column in COLUMNS if column not in NAMES]
TYPES = """\
scalars {scalars}
interface adm:GAUGE:U:U, oper:GAUGE:U:U, inerr:COUNTER:U:U, outerr:COUNTER:U:U, \
hcin:COUNTER:U:U, hcout:COUNTER:U:U, speed:GAUGE:U:U
"""
CONFIGURATION = """\
BaseDir "{work}"
PIDFile "{work}/collectd.pid"
PluginDir "/usr/lib/collectd"
TypesDB "/usr/share/collectd/types.db" "{work}/types.db"
Interval {interval}
ReadThreads 8
LoadPlugin logfile
<Plugin logfile>
  LogLevel warning
  File "{work}/collectd.log"
</Plugin>
LoadPlugin snmp
<Plugin snmp>
  <Data "scalars">
    Type "scalars"
    Table false
    Values {scalars}
  </Data>
  <Data "interfaces">
    Type "interface"
    Table true
    TypeInstanceOID "{mib}.31.1.1.1.1"
    PluginInstanceOID "{mib}.31.1.1.1.18"
    FilterOID "{mib}.2.2.1.2"
    FilterValues "/./"
    Values {values}
  </Data>
{hosts}</Plugin>
"""
HOST = """\
  <Host "d{number}">
    Address "udp:{address}:{port}"
    Version 2
    Community "public"
    Collect "scalars" "interfaces"
    Timeout 5
    Retries 0
    BulkSize {bulk}
  </Host>
"""
BULK = 250
"""max-repetitions of the bulk size that serves collectd best here: the whole of a column in one answer."""


def _configure(work: Path, site: Site, devices: int, interval: int, bulk: int = BULK) -> Path:
    work.mkdir(parents=True, exist_ok=True)
    types = ", ".join(f"v{number}:GAUGE:U:U" for number in range(len(NUMBERS)))
    (work / "types.db").write_text(TYPES.format(scalars=types))
    hosts = "".join(
        HOST.format(number=number, address=address, port=site.port, bulk=bulk)
        for number, address in enumerate(addresses(devices, site.network))
    )
    quoted = {"scalars": " ".join(f'"{oid}"' for oid in NUMBERS), "values": " ".join(f'"{oid}"' for oid in VALUES)}
    file = work / "collectd.conf"
    file.write_text(CONFIGURATION.format(work=work, interval=interval, mib=MIB_2, hosts=hosts, **quoted))
    return file


def measure(site: Site, work: Path, devices: int, *, interval: int, seconds: int, bulk: int = BULK) -> Measurement:
    """Let collectd poll the site every `interval` seconds; count after a warm-up of two intervals."""
    file = _configure(work, site, devices, interval, bulk)
    process = subprocess.Popen(
        ["/usr/sbin/collectd", "-f", "-C", str(file)],
        env={"MIBS": "", "PATH": "/usr/sbin:/usr/bin"},
        preexec_fn=lambda: pin(MEASURED_CORE),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(2 * interval + 2)
        counts, used, begun = site.counts(), cpu_of(process.pid), time.perf_counter()
        time.sleep(seconds)
        done, spent, wall = site.counts().since(counts), cpu_of(process.pid) - used, time.perf_counter() - begun
        rss = peak_rss_mb(process.pid)
    finally:
        process.terminate()
        process.wait(30)
    polls = done.gets  # one GET, of the scalars, in each poll
    due = round(devices * wall / interval)
    return Measurement(
        "collectd", "2c", devices, polls, polls * USEFUL, max(0, due - polls), spent, wall, rss, done.gets + done.bulks
    )
