"""The API's side of mutual TLS: version 1.3 only."""

import ssl

from cmsp_agent.transports import tls_server
from cmsp_agent.transports.tls_server import ServerCertificates

KEY = "api.tls"


def server_context(files: ServerCertificates) -> ssl.SSLContext:
    """TLS 1.3 only; a client without a certificate of the CA does not get past the handshake.

    Raises:
        ConfigurationError: a file is missing or is not what it should be.
    """
    return tls_server.server_context(files, KEY, ssl.TLSVersion.TLSv1_3)


def renew(context: ssl.SSLContext, files: ServerCertificates) -> None:
    """Use the files as they are now, for connections from now on.

    Raises:
        ConfigurationError: a file is missing or is not what it should be; what was used before stays.
    """
    tls_server.renew(context, files, KEY)
