"""Run the built-in site by hand: ``python -m tests.lab.site [TRAPS_PORT SYSLOG_PORT]``."""

from __future__ import annotations

import asyncio
import sys

from tests.lab.site.emitter import Receivers
from tests.lab.site.site import ACCESS_SECRETS, Site


async def _run(traps: int, syslog: int) -> None:
    async with Site(Receivers(("127.0.0.1", traps), ("127.0.0.1", syslog))) as site:
        for device in site.devices.values():
            it = device.definition
            print(f"{it.name:8} {it.address:12} SNMP {it.snmp:5} port {site.access.snmp_port}", end="")
            print(f"  {'SSH' if it.kind == 'ios' else 'TCP'} port {site.access.ssh_port}")
        print("secrets:", ", ".join(f"{name}={value}" for name, value in ACCESS_SECRETS.items()))
        await asyncio.Event().wait()


if __name__ == "__main__":
    ports = [int(word) for word in sys.argv[1:3]] or [1162, 1514]
    try:
        asyncio.run(_run(*ports))
    except KeyboardInterrupt:
        sys.exit(0)
