"""One GET, as much of it as shows that a web service works: the status line. The body is not read."""

import asyncio
from urllib.parse import urlsplit

from cmsp_agent.transports.probes.answer import ServiceAnswer, connect, expiry

LONGEST_LINE = 1_000
BROKEN = 500
"""Statuses from here on say that the service is broken; 401 or 404 are answers of one that works."""


async def get(address: str, url: str, source: str | None) -> ServiceAnswer:
    """Ask for a URL at an address; the URL's host is only named.

    Raises:
        OSError: no connection, or no TLS.
    """
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    host = parts.hostname or address
    port = parts.port or (443 if tls else 80)
    streams = await connect(address, port, source, host, tls=tls)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        named = f"[{host}]" if ":" in host else host
        lines = (f"GET {path} HTTP/1.1", f"Host: {named}:{port}", "User-Agent: cmsp-agent", "Connection: close")
        streams.writer.write("\r\n".join((*lines, "", "")).encode())
        line = (await streams.reader.readline())[:LONGEST_LINE].decode("latin-1").strip()
        ends, subject = expiry(streams.certificate)
    except (asyncio.LimitOverrunError, ValueError):
        return ServiceAnswer(alive=True, works=False, detail="an answer without an end of line")
    finally:
        streams.close()
    status = line.split(" ")[1] if line.startswith("HTTP/") and " " in line else ""
    if not (status.isascii() and status.isdigit() and len(status) == 3):
        return ServiceAnswer(alive=True, works=False, detail=f"not HTTP: {line[:60]!r}")
    works = int(status) < BROKEN
    return ServiceAnswer(
        alive=True, works=works, detail="" if works else line[:80], status=int(status), expires_at=ends, subject=subject
    )
