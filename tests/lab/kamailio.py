"""A real SIP proxy on loopback: Kamailio, which answers OPTIONS over UDP and TCP with a status of our choice."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.lab.ports import free_port

PROGRAM = shutil.which("kamailio") or "/usr/sbin/kamailio"
INSTALLED = os.access(PROGRAM, os.X_OK)

CONFIGURATION = """#!KAMAILIO
debug=0
log_stderror=yes
children=1
tcp_children=1
disable_tcp=no
auto_aliases=no
listen=udp:127.0.0.1:{udp}
listen=tcp:127.0.0.1:{tcp}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "pv.so"
request_route {{
    if (method == "OPTIONS") {{
        sl_send_reply("{status}", "{reason}");
        exit;
    }}
    sl_send_reply("405", "Method Not Allowed");
}}
"""


@dataclass(frozen=True)
class SipPorts:
    udp: int
    tcp: int


@contextlib.asynccontextmanager
async def kamailio(folder: Path, status: int = 200, reason: str = "OK") -> AsyncIterator[SipPorts]:
    """Run it until the block ends."""
    ports = SipPorts(free_port(), free_port())
    file = folder / "kamailio.cfg"
    file.write_text(
        CONFIGURATION.format(
            udp=ports.udp,
            tcp=ports.tcp,
            status=status,
            reason=reason,
        )
    )
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, "-DD", "-E", "-m", "64", "-M", "8", "-Y", str(folder), "-f", str(file)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(20):
            while True:
                if process.returncode is not None:
                    raise RuntimeError((await process.communicate())[1].decode(errors="replace")[-2000:])
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", ports.tcp)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.transport.abort()
                    break
        yield ports
    finally:
        if process.returncode is None:
            process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await process.communicate()
        if process.returncode is None:
            os.killpg(process.pid, 9)
