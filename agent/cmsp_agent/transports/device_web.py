"""A device's web interface: logged in by basic authentication or by a form, its certificate pinned, one file fetched.

Devices sign their certificates themselves, so one is believed as SSH host keys are: the first that was shown, and no
other later. The password is sent after that was judged.
"""

import base64
import functools
import http.client
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.model.credentials import HttpCredential
from cmsp_agent.model.errors import (
    AuthenticationRejected,
    CommandRejected,
    DeviceAnswerInvalid,
    DeviceBusy,
    DeviceUnreachable,
    NotPermittedHere,
)
from cmsp_agent.model.machine_faults import reason_of
from cmsp_agent.transports.ssh.hostkeys import HostKey, HostKeyStore
from cmsp_agent.transports.ssh.target import HostKeyChanged

CERTIFICATE = "x509"
"""The kind under which a certificate is pinned among the keys of a device."""
MOST = 64 * 1024 * 1024
PIECE = 65_536
REFUSED, ABSENT, BUSY = (401, 403), (404, 405, 501), (409, 423, 429, 500, 502, 503, 504)
"""Statuses: a login is refused; there is no such file; another time may do (a lock, a switch-over, a start)."""
LONGEST_SAID = 120


@dataclass(frozen=True, slots=True)
class WebTarget:
    """Where the web interface is, and the login for it."""

    address: str
    port: int
    tls: bool = True
    legacy: bool = False
    """Permit TLS 1.0 and 1.1 and their ciphers."""
    credential: HttpCredential | None = None
    """None: it asks for none."""
    source: str | None = None
    connect: float = 10.0
    silence: float = 180.0
    """Seconds that it may say nothing."""
    name: str = ""
    """The component's name, as errors say it."""

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class WebQuestion:
    """What is asked, and how one logs in before."""

    path: str
    method: str = "GET"
    login: str = ""
    """The path of the form; empty: basic authentication."""
    fields: tuple[str, str] = ("Username", "Password")
    """The names of user and password in the form."""
    denied: str = ""
    """Stands in the form's answer where it is refused although the status is 200."""
    logout: str = ""
    body: bytes = field(default=b"", repr=False)
    kind: str = ""
    """The content type of the body."""


class WebSession:
    """One connection. Everything but `abort` belongs to the thread that carries it out."""

    def __init__(self, target: WebTarget, pinned: Sequence[HostKey]) -> None:
        self._target = target
        self._pinned = pinned
        self._connection: http.client.HTTPConnection | None = None
        self.proven: HostKey | None = None
        """The certificate that was shown, once a login over it succeeded."""

    def abort(self) -> None:
        """Cut the connection, from any thread, at once."""
        sock = self._connection.sock if self._connection is not None else None
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # not connected any more

    def ask(self, question: WebQuestion) -> bytes:
        """Connect, log in, ask, log out; the body of the answer.

        Raises:
            DeviceError: the kind that says what to do next.
        """
        try:
            shown = self._connect()
            headers = self._log_in(question)
            answer = self._request(question.method, question.path, headers, question.body, question.kind)
            self.proven = shown
            if question.logout:
                self._log_out(question.logout, headers)
            return answer
        except http.client.HTTPException as error:
            raise DeviceUnreachable(f"{self._target}: its answer was cut short ({type(error).__name__})") from error
        except TimeoutError:
            raise DeviceUnreachable(f"{self._target}: silent for {self._target.silence:g} s") from None
        except OSError as error:
            raise DeviceUnreachable(f"{self._target}: the connection ended: {reason_of(error)}") from error
        finally:
            if self._connection is not None:
                self._connection.close()

    def _connect(self) -> HostKey | None:
        target = self._target
        source = (target.source, 0) if target.source else None
        where = (target.address, target.port, target.connect)
        if target.tls:
            self._connection = http.client.HTTPSConnection(
                where[0], where[1], timeout=where[2], context=_context(target), source_address=source
            )
        else:
            self._connection = http.client.HTTPConnection(where[0], where[1], timeout=where[2], source_address=source)
        try:
            self._connection.connect()
        except ssl.SSLError as error:
            hint = "" if target.legacy else "; a device that has only old TLS needs `http: {legacy: true}`"
            raise DeviceUnreachable(f"{target}: no TLS: {error.reason or error}{hint}") from error
        except (OSError, UnicodeError) as error:
            why = reason_of(error) if isinstance(error, OSError) else "no such name"
            raise DeviceUnreachable(f"{target}: no TCP connection ({why})") from error
        self._connection.sock.settimeout(target.silence)
        return self._judged()

    def _judged(self) -> HostKey | None:
        sock = self._connection.sock if self._connection is not None else None
        if not isinstance(sock, ssl.SSLSocket):
            return None
        key = HostKey(CERTIFICATE, sock.getpeercert(binary_form=True) or b"")
        if self._pinned and key not in self._pinned:
            known = ", ".join(one.fingerprint for one in self._pinned)
            raise HostKeyChanged(
                f"{self._target}: the certificate changed: pinned {known}, now shown {key.fingerprint}; "
                "if it was renewed or the device replaced: "
                f"cmsp-agent component host-key {self._target.name or 'COMPONENT'} --forget"
            )
        return key

    def _log_in(self, question: WebQuestion) -> dict[str, str]:
        credential = self._target.credential
        if credential is None:
            return {}
        user, password = credential.user, credential.password.reveal()
        if not question.login:
            return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
        form = urlencode(list(zip(question.fields, (user, password), strict=True))).encode()
        status, headers, said = self._exchange("POST", question.login, {}, form, "application/x-www-form-urlencoded")
        if status in REFUSED or status >= 400 or (question.denied and question.denied in said.decode(errors="replace")):
            raise AuthenticationRejected(f"{self._target}: the login of user {user!r} was refused")
        cookies = [each.partition(";")[0] for each in headers.get_all("Set-Cookie") or ()]
        if not cookies:
            raise AuthenticationRejected(f"{self._target}: the login of user {user!r} brought no session")
        return {"Cookie": "; ".join(cookies)}

    def _log_out(self, path: str, headers: dict[str, str]) -> None:
        try:
            self._exchange("POST", path, headers, b"", "")
        except (http.client.HTTPException, OSError, DeviceAnswerInvalid):
            return  # the file is there; the session ends by itself

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes, kind: str) -> bytes:
        status, _, said = self._exchange(method, path, headers, body, kind)
        if 200 <= status < 300:
            return said
        about = f"{self._target}: {method} {path.partition('?')[0]} is answered {status}{_words(said)}"
        if status in REFUSED:
            raise AuthenticationRejected(about)
        if status in BUSY:
            raise DeviceBusy(about)
        raise CommandRejected(about)

    def _exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, kind: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        assert self._connection is not None
        more = {"Content-Type": kind} if kind else {}
        self._connection.request(method, path, body or None, {"User-Agent": "cmsp-agent", **headers, **more})
        answer = self._connection.getresponse()
        parts, received = list[bytes](), 0
        while piece := answer.read(PIECE):
            parts.append(piece)
            received += len(piece)
            if received > MOST:
                raise DeviceAnswerInvalid(f"{self._target}: sent more than {MOST} bytes")
        if answer.length:  # the library says nothing of what is missing when it is read by pieces
            raise http.client.IncompleteRead(b"", answer.length)
        return answer.status, answer.headers, b"".join(parts)


def _words(said: bytes) -> str:
    """The beginning of a short plain answer; empty for a page."""
    text = " ".join(said[:1000].decode(errors="replace").split())
    return f": {text[:LONGEST_SAID]}" if text and not text.startswith("<") else ""


def _context(target: WebTarget) -> ssl.SSLContext:
    """Encrypted; whose certificate it is, is judged by what is pinned."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if target.legacy:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


class WebClient:
    """Asks from the event loop: in a thread of the pool, with a deadline over the whole."""

    def __init__(self, pool: BlockingPool, keys: HostKeyStore) -> None:
        self._pool = pool
        self._keys = keys

    async def ask(self, target: WebTarget, question: WebQuestion, within: float) -> bytes:
        """The body of the answer.

        Raises:
            DeviceUnreachable: no answer, or busy.
            AuthenticationRejected: the login was refused; don't try again by yourself.
            HostKeyChanged: another certificate than the pinned one.
            CommandRejected: it has no such file, or takes none.
            DeviceAnswerInvalid: endless.
            NotPermittedHere: as many calls as allowed are waiting already.
        """
        pinned = [key for key in await self._keys.pinned(target.address, target.port) if key.algorithm == CERTIFICATE]
        session = WebSession(target, pinned)
        try:
            answer = await self._pool.run(functools.partial(session.ask, question), within=within, abort=session.abort)
        except TimeoutError as error:
            raise DeviceUnreachable(f"{target}: not done within {within:g} s") from error
        except PoolFull as error:
            raise NotPermittedHere(f"{target}: {error}") from error
        if session.proven is not None and not pinned:
            await self._keys.pin(target.address, target.port, session.proven)
        return answer
