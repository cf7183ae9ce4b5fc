"""Our side of mutual TLS: a context that accepts only certificates of the CA, renewed in place."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.transports.tls_files import why_unusable


@dataclass(frozen=True, slots=True)
class ServerCertificates:
    """PEM files: our certificate chain, its private key, and the CA of the clients."""

    certificate: Path
    key: Path
    ca: Path


def server_context(files: ServerCertificates, key: str, minimum: ssl.TLSVersion) -> ssl.SSLContext:
    """A client without a certificate of the CA does not get past the handshake.

    Args:
        files: ours.
        key: the file's key that names them, for errors.
        minimum: the oldest version that is spoken.

    Raises:
        ConfigurationError: a file is missing or is not what it should be.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = minimum
    context.verify_mode = ssl.CERT_REQUIRED
    context.num_tickets = 0  # a resumed session would outlive a certificate that was withdrawn
    renew(context, files, key)
    return context


def renew(context: ssl.SSLContext, files: ServerCertificates, key: str) -> None:
    """Use the files as they are now, for connections from now on.

    Raises:
        ConfigurationError: a file is missing or is not what it should be; what was used before stays.
    """
    try:
        candidate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        for one in (candidate, context):
            one.load_cert_chain(files.certificate, files.key)
            one.load_verify_locations(files.ca)
    except (OSError, ssl.SSLError) as error:
        why = why_unusable(files.certificate, files.key, files.ca, error)
        raise ConfigurationError([Problem("", 0, key, why)]) from error
