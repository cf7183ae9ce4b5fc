"""prometheus-snmp-exporter on the same work: a peer for v3 authPriv (and, for comparison, v2c)."""

import http.client
import os
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.poll.measure import Measurement, cpu_of, peak_rss_mb
from tests.bench.poll.responder import MEASURED_CORE, Site, pin
from tests.bench.poll.site import AUTH, COLUMNS, PRIV, SCALARS, USEFUL, USER, addresses

AT_ONCE = 8
REPETITIONS = 50
"""A whole column in one answer: what serves it best here."""
TEXTS = {f"1.3.6.1.2.1.{text}" for text in ("1.1.0", "1.4.0", "1.5.0", "1.6.0", "2.2.1.2", "31.1.1.1.1", "31.1.1.1.18")}
AUTHENTICATION = {
    "2c": "  version: 2\n  auth:\n    community: public\n",
    "3": f"""\
  version: 3
  auth:
    username: {USER}
    security_level: authPriv
    password: {AUTH}
    auth_protocol: SHA
    priv_protocol: AES
    priv_password: {PRIV}
""",
}


def _metric(number: int, oid: str, *, table: bool) -> str:
    kind = "DisplayString" if oid in TEXTS else "OctetString" if oid.endswith(".1.2.0") else "gauge"
    name = oid if table else oid.removesuffix(".0")
    lines = [f"  - name: m{number}", f"    oid: {name}", f"    type: {kind}", f"    help: m{number}"]
    if table:
        lines += ["    indexes:", "    - labelname: ifIndex", "      type: gauge"]
    return "\n".join(lines) + "\n"


def _configuration() -> str:
    walks = "".join(f"  - {column}\n" for column in sorted(COLUMNS))
    gets = "".join(f"  - {scalar}\n" for scalar in SCALARS)
    objects = [(oid, False) for oid in SCALARS] + [(oid, True) for oid in COLUMNS]
    metrics = "".join(_metric(number, oid, table=table) for number, (oid, table) in enumerate(objects))
    body = f"  walk:\n{walks}  get:\n{gets}  metrics:\n{metrics}  max_repetitions: {REPETITIONS}\n  timeout: 10s\n"
    return "".join(f"v{version}:\n{body}{shown}" for version, shown in AUTHENTICATION.items())


class _Scraper:
    """Scrapes devices through the exporter over kept connections, one for each thread."""

    def __init__(self, version: str, snmp_port: int, http_port: int) -> None:
        self._module, self._snmp_port, self._http_port = f"v{version}", snmp_port, http_port
        self._local = threading.local()

    def forget(self) -> None:
        """Open a new connection next time."""
        self._local.kept = None

    def scrape(self, address: str) -> int:
        """One device; how many series it gave."""
        kept: http.client.HTTPConnection | None = getattr(self._local, "kept", None)
        if kept is None:
            kept = self._local.kept = http.client.HTTPConnection("127.0.0.1", self._http_port, timeout=60)
        kept.request("GET", f"/snmp?module={self._module}&target={address}:{self._snmp_port}")
        answer = kept.getresponse()
        body = answer.read()
        if answer.status != 200:
            return 0
        own = (b"#", b"snmp_scrape")
        return sum(1 for line in body.splitlines() if line and not line.startswith(own))


def measure(site: Site, work: Path, version: str, devices: int, rounds: int) -> Measurement:
    """Scrape every device `rounds` times, after a first time that is not counted."""
    work.mkdir(parents=True, exist_ok=True)
    file = work / "snmp.yml"
    file.write_text(_configuration())
    port = 20_000 + os.getpid() % 10_000
    process = subprocess.Popen(
        [
            "prometheus-snmp-exporter",
            f"--config.file={file}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ],
        preexec_fn=lambda: pin(MEASURED_CORE),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        scraper = _Scraper(version, site.port, port)
        all_devices = list(addresses(devices, site.network))
        _wait_for(scraper, all_devices[0])
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(scraper.scrape, all_devices))  # it makes the keys of each device once, at some cost
            counts, used, begun = site.counts(), cpu_of(process.pid), time.perf_counter()
            series = sum(sum(pool.map(scraper.scrape, all_devices)) for _ in range(rounds))
            done, spent, wall = site.counts().since(counts), cpu_of(process.pid) - used, time.perf_counter() - begun
        rss = peak_rss_mb(process.pid)
    finally:
        process.terminate()
        process.wait(30)
    polls = devices * rounds
    lost = polls * USEFUL - series
    requests = done.gets + done.bulks
    return Measurement(
        "snmp_exporter", version, devices, polls, polls * USEFUL - lost, lost, spent, wall, rss, requests
    )


def _wait_for(scraper: _Scraper, address: str) -> None:
    for _ in range(100):
        try:
            if scraper.scrape(address):
                return
        except (OSError, http.client.HTTPException):
            scraper.forget()
            time.sleep(0.2)
    raise RuntimeError("prometheus-snmp-exporter does not answer")
