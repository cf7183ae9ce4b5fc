"""HTTPS to the enrolment service: no tunnel yet, no certificate of ours; its CA is known by a fingerprint alone.

The token is sent only over a connection whose certificate chain ends at that CA. HTTP proxies are honoured.
"""

import hashlib
import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from cmsp_agent.model.errors import AgentError, HeadendUnreachable

WITHIN = 30.0
MOST_BYTES = 256 * 1024


class CaUnknown(AgentError):
    """The service shows no certificate of the CA that the token names."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class EnrolmentReply:
    """A status and the JSON object that came with it."""

    status: int
    document: Mapping[str, Any]


def post(url: str, body: Mapping[str, Any], fingerprint: str, proxy: str = "") -> EnrolmentReply:
    """Send a document.

    Args:
        url: https, of the call itself.
        body: the document.
        fingerprint: SHA-256 of the CA's certificate (DER), in lower-case hexadecimal.
        proxy: `http://host:port`; empty: as the environment says (`https_proxy`, `no_proxy`).

    Raises:
        CaUnknown: another CA, or a certificate that is not valid for the host.
        HeadendUnreachable: no connection, or no answer that can be read.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise HeadendUnreachable(f"not an https URL: {url}")
    via = _proxy(proxy or _proxy_for(parts.hostname))
    try:
        authority = _authority(_connected(parts.hostname, parts.port or 443, via, _anybody()), fingerprint)
        context = ssl.create_default_context(cadata=authority)
        connection = _connected(parts.hostname, parts.port or 443, via, context)
        try:
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            connection.request("POST", parts.path or "/", json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            return EnrolmentReply(answer.status, _document(answer.read(MOST_BYTES + 1)))
        finally:
            connection.close()
    except ssl.SSLCertVerificationError as error:
        raise CaUnknown(f"{parts.hostname}: its certificate is not valid: {error.verify_message}") from error
    except (OSError, http.client.HTTPException) as error:
        by = f" through the proxy {via.hostname}" if via.hostname else ""
        raise HeadendUnreachable(f"{parts.hostname}{by}: {error}") from error


def _proxy_for(host: str) -> str:
    return "" if proxy_bypass(host) else getproxies().get("https", "")


def _proxy(text: str) -> Any:
    """Where the proxy is. The environment often says `host:port` alone.

    Raises:
        HeadendUnreachable: it is not an HTTP proxy: nothing goes around one that was asked for.
    """
    try:
        via = urlsplit(text if "://" in text or not text else f"http://{text}")
        _ = via.port
    except ValueError as error:
        raise HeadendUnreachable("the proxy: not a URL; write http://host:port") from error
    if text and (via.scheme != "http" or not via.hostname):
        raise HeadendUnreachable(f"the proxy: {via.scheme}:// can't be used; write http://host:port")
    return via


def _connected(host: str, port: int, via: Any, context: ssl.SSLContext) -> http.client.HTTPSConnection:
    if via.hostname:
        connection = http.client.HTTPSConnection(via.hostname, via.port or 3128, timeout=WITHIN, context=context)
        connection.set_tunnel(host, port, _authorisation(via))
    else:
        connection = http.client.HTTPSConnection(host, port, timeout=WITHIN, context=context)
    connection.connect()
    return connection


def _authorisation(via: Any) -> dict[str, str]:
    if not via.username:
        return {}
    import base64

    pair = f"{unquote(via.username)}:{unquote(via.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _anybody() -> ssl.SSLContext:
    """For looking at the chain only; nothing is sent over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _authority(connection: http.client.HTTPSConnection, fingerprint: str) -> bytes:
    """The certificate of that fingerprint in the chain that is shown, DER."""
    sock: Any = connection.sock
    try:
        # Python 3.13 has SSLSocket.get_unverified_chain; until then the object below it
        shown = [each.public_bytes(2) for each in sock._sslobj.get_unverified_chain() or ()]  # noqa: SLF001
    finally:
        connection.close()
    for der in shown:
        if hashlib.sha256(der).hexdigest() == fingerprint:
            return bytes(der)
    raise CaUnknown("the enrolment service shows no certificate of the CA that the token names")


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(content) if len(content) <= MOST_BYTES else None
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {}
