"""The two ways to an agent: its Unix socket on this machine, mutual TLS from another."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cmsp_agent.cli.daemon import AgentUnreachable, CallFailed, HttpDaemon
from cmsp_agent.model.errors import AgentError
from cmsp_agent.transports.tls_files import why_unusable


class _UnixConnection(http.client.HTTPConnection):
    """HTTP/1.1 over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("agent", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


@dataclass(frozen=True, slots=True)
class SocketWay:
    """The agent's socket on this machine."""

    path: Path
    local: bool = True

    def connection(self, timeout: float) -> http.client.HTTPConnection:
        """A connection that is not open yet."""
        return _UnixConnection(self.path, timeout)

    def translated(self, error: Exception, timeout: float) -> AgentError | None:
        """What a failure means on this machine."""
        if isinstance(error, FileNotFoundError | ConnectionRefusedError | NotADirectoryError):
            return AgentUnreachable(
                f"the agent is not running: nothing listens on {self.path}\n"
                "start it: systemctl start cmsp-agent; another socket: --socket FILE"
            )
        if isinstance(error, PermissionError):
            return CallFailed(f"not permitted to use {self.path}: run this as root or as a member of cmsp-agent", 3)
        if isinstance(error, TimeoutError):
            return AgentUnreachable(f"no answer from the agent in {timeout:g} s; see: systemctl status cmsp-agent")
        return None


@dataclass(frozen=True, slots=True)
class TlsFilesGiven:
    """The caller's certificate with its key, and the authority of the agent's certificate; PEM files."""

    certificate: Path
    key: Path
    authority: Path


@dataclass(frozen=True, slots=True)
class TlsWay:
    """An agent elsewhere, by mutual TLS 1.3."""

    host: str
    port: int
    context: ssl.SSLContext
    local: bool = False

    def connection(self, timeout: float) -> http.client.HTTPConnection:
        """A connection that is not open yet."""
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.context)

    def translated(self, error: Exception, timeout: float) -> AgentError | None:
        """What a failure means from another machine."""
        where = f"{self.host} port {self.port}"
        if isinstance(error, ssl.SSLCertVerificationError):
            return CallFailed(f"{where}: its certificate is not believed: {error.verify_message}", 3)
        if isinstance(error, ssl.SSLError):
            return CallFailed(f"{where}: it does not take our certificate, or speaks no TLS 1.3", 3)
        if isinstance(error, TimeoutError):
            return AgentUnreachable(f"{where}: no answer in {timeout:g} s; is the tunnel up?")
        if isinstance(error, OSError):
            return AgentUnreachable(f"{where}: {error.strerror or error}; is the tunnel up?")
        return None


class SocketDaemon(HttpDaemon):
    """The agent behind a Unix socket."""

    def __init__(self, path: Path, timeout: float = 30.0) -> None:
        super().__init__(SocketWay(path), timeout)


def remote_daemon(url: str, files: TlsFilesGiven) -> HttpDaemon:
    """The agent at an https URL.

    Raises:
        CallFailed: not such a URL, or a file can't be used.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.path not in ("", "/"):
        raise CallFailed(f"not an URL of an agent: {url}; it looks like https://10.99.0.7:8443", 2)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    for file in (files.authority, files.certificate, files.key):
        if not file.is_file():
            raise CallFailed(f"there is no file {file}", 2)
    try:
        context.load_verify_locations(files.authority)
        context.load_cert_chain(files.certificate, files.key)
    except (OSError, ssl.SSLError) as error:
        raise CallFailed(why_unusable(files.certificate, files.key, files.authority, error), 2) from error
    return HttpDaemon(TlsWay(parts.hostname, parts.port or 443, context))


def daemon_at(url: str, certificate: Path | None, key: Path | None, authority: Path | None) -> HttpDaemon:
    """The agent at an URL, by the options that were given. Raises as `remote_daemon`."""
    if certificate is None or authority is None:
        raise CallFailed("--url wants --cert and --ca: the agent takes known clients only", 2)
    return remote_daemon(url, TlsFilesGiven(certificate, key or certificate, authority))
