"""Asks one service of a component, with a deadline; every failure is an answer."""

import asyncio
import errno
import ssl
import time
from collections.abc import Awaitable
from dataclasses import replace

from cmsp_agent.model.component import ServiceCheck
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.transports.probes import http, sip
from cmsp_agent.transports.probes.answer import ServiceAnswer, connect, expiry


async def ask(check: ServiceCheck, address: str, within: float, source: str | None = None) -> ServiceAnswer:
    """Ask once.

    Args:
        check: which service, and how.
        address: an IPv4 or IPv6 address.
        within: seconds to wait.
        source: the address to connect from; the kernel's choice where it is None.

    Raises:
        NotPermittedHere: the source address is not ours.
    """
    began = time.perf_counter()
    try:
        async with asyncio.timeout(within):
            answer = await _asked(check, address, source)
    except TimeoutError:
        return ServiceAnswer(alive=False, works=False, detail=f"no answer in {within:g} s")
    except ConnectionRefusedError:
        return ServiceAnswer(alive=True, works=False, detail="refused")
    except ssl.SSLError as error:
        return ServiceAnswer(alive=True, works=False, detail=f"no TLS: {error.reason or error}")
    except (ConnectionResetError, BrokenPipeError):
        return ServiceAnswer(alive=True, works=False, detail="the connection was cut")
    except OSError as error:
        if source is not None and error.errno == errno.EADDRNOTAVAIL:
            raise NotPermittedHere(f"can't connect from {source}") from error
        return ServiceAnswer(alive=False, works=False, detail=error.strerror or str(error))
    return replace(answer, seconds=time.perf_counter() - began)


def _asked(check: ServiceCheck, address: str, source: str | None) -> Awaitable[ServiceAnswer]:
    match check.kind, check.transport:
        case "http", _:
            return http.get(address, check.url, source)
        case "sip", "udp":
            return sip.by_udp(address, check.port, source)
        case "sip", transport:
            return sip.by_stream(address, check.port, source, tls=transport == "tls")
        case _:
            return _tls(address, check.port, source)


async def _tls(address: str, port: int, source: str | None) -> ServiceAnswer:
    streams = await connect(address, port, source, tls=True)
    try:
        ends, subject = expiry(streams.certificate)
    finally:
        streams.close()
    return ServiceAnswer(alive=True, works=True, expires_at=ends, subject=subject)
