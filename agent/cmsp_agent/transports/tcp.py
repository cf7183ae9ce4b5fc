"""TCP connect checks. Says what the port answered; the pipeline judges the component."""

import asyncio
import enum
import errno

from cmsp_agent.model.errors import NotPermittedHere


class TcpAnswer(enum.Enum):
    """What came back for a SYN."""

    CONNECTED = "connected"
    REFUSED = "refused"
    """A reset: the port is closed, yet something at that address is alive."""
    SILENT = "silent"
    """Nothing in time, or no way there."""


async def check_port(address: str, port: int, within: float, source: str | None = None) -> TcpAnswer:
    """Connect to a port, then close the connection at once.

    Args:
        address: an IPv4 or IPv6 address.
        port: 1 to 65535.
        within: seconds to wait.
        source: the address to connect from; the kernel's choice where it is None.

    Raises:
        NotPermittedHere: the source address is not ours.
    """
    local = (source, 0) if source is not None else None
    try:
        async with asyncio.timeout(within):
            _, writer = await asyncio.open_connection(address, port, local_addr=local)
    except ConnectionRefusedError:
        return TcpAnswer.REFUSED
    except (TimeoutError, OSError) as error:
        if source is not None and getattr(error, "errno", None) == errno.EADDRNOTAVAIL:
            raise NotPermittedHere(f"can't connect from {source}") from error
        return TcpAnswer.SILENT
    writer.transport.abort()  # no FIN handshake to wait for: one dead peer must not hold the check open
    return TcpAnswer.CONNECTED
