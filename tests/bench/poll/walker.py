"""braa on the same work: the fastest plain walker there is, and no peer.

It does not: bundle objects or ask by GETBULK, keep a time-out for each device, match an answer to more than its request
ID, speak v3, keep counters' types, or do anything with what it prints.
"""

import os
import subprocess
import time

from tests.bench.poll.measure import Measurement
from tests.bench.poll.responder import MEASURED_CORE, Site, pin
from tests.bench.poll.site import COLUMNS, SCALARS, USEFUL, addresses

AT_ONCE = 250
"""Devices of one run: those of one range of addresses."""


def measure(site: Site, devices: int) -> Measurement:
    """Walk every device once, a range of addresses after the other; start-up is counted too, it is next to nothing."""
    queries = ",".join([*(f".{oid}" for oid in SCALARS), *(f".{oid}.*" for oid in COLUMNS)])
    everywhere = list(addresses(devices, site.network))
    begun, before, values, rss = time.perf_counter(), os.times(), 0, 0.0
    for at in range(0, devices, AT_ONCE):
        part = everywhere[at : at + AT_ONCE]
        done = subprocess.run(
            ["braa", "-2", "-r", "3", f"public@{part[0]}-{part[-1]}:{site.port}:{queries}"],
            stdout=subprocess.PIPE,
            check=True,
            preexec_fn=lambda: pin(MEASURED_CORE),
            timeout=300,
        )
        values += done.stdout.count(b"\n")
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    due = devices * USEFUL
    wall = time.perf_counter() - begun
    return Measurement("braa, MTU 1500", "2c", devices, devices, values, max(0, due - values), spent, wall, rss)
