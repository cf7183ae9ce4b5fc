"""What a service answered, and how a connection to it is opened."""

import asyncio
import ssl
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What came of asking once."""

    alive: bool
    """Something came back, were it a refusal: the host is there."""
    works: bool
    detail: str = ""
    seconds: float | None = None
    """Until the answer."""
    status: int | None = None
    """Of HTTP or SIP."""
    expires_at: int | None = None
    """When the certificate that was shown ends, ms since the epoch."""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Streams:
    """An open connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def certificate(self) -> x509.Certificate | None:
        """What the server showed; None without TLS."""
        tls = self.writer.get_extra_info("ssl_object")
        shown = tls.getpeercert(binary_form=True) if tls is not None else None
        return x509.load_der_x509_certificate(shown) if shown else None

    @property
    def own_address(self) -> tuple[str, int]:
        """Ours, as the kernel chose it."""
        found: tuple[str, int] = self.writer.get_extra_info("sockname")[:2]
        return found

    def close(self) -> None:
        """At once: one dead peer must not hold the check open."""
        self.writer.transport.abort()


async def connect(address: str, port: int, source: str | None, server_name: str = "", *, tls: bool) -> Streams:
    """Open a connection.

    Raises:
        OSError: it is refused, or nothing leads there.
        ssl.SSLError: the TLS handshake failed.
    """
    local = (source, 0) if source is not None else None
    if not tls:
        return Streams(*await asyncio.open_connection(address, port, local_addr=local))
    return Streams(
        *await asyncio.open_connection(
            address, port, local_addr=local, ssl=_any_tls(), server_hostname=server_name or address
        )
    )


def expiry(certificate: x509.Certificate | None) -> tuple[int | None, str]:
    """When it ends (ms), and whose it is."""
    if certificate is None:
        return None, ""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return int(certificate.not_valid_after_utc.timestamp() * 1000), str(names[0].value) if names else ""


def _any_tls() -> ssl.SSLContext:
    """Takes whatever is shown: what is judged is that it answers and until when, and nothing secret is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context
