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
from urllib.parse import urlencode

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.model.errors import (
    AuthenticationRejected,
    CommandRejected,
    DeviceAnswerInvalid,
    DeviceBusy,
    DeviceUnreachable,
    NotPermittedHere,
)
from cmsp_agent.model.machine_faults import reason_of
from cmsp_agent.model.wording import printable
from cmsp_agent.transports.ssh.hostkeys import HostKey, HostKeyStore
from cmsp_agent.transports.ssh.target import HostKeyChanged
from cmsp_agent.transports.web_bodies import BodyInvalid, whole_body
from cmsp_agent.transports.web_questions import WebQuestion, WebTarget

CERTIFICATE = "x509"
"""The kind under which a certificate is pinned among the keys of a device."""
REFUSED, BUSY = (401, 403), (409, 423, 429, 500, 502, 503, 504)
"""Statuses: a login is refused; another time may do (a lock, a switch-over, a start)."""
PARTIAL = 206
OLD_SERVERS = 0x4
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT, which Python 3.11 does not name: servers from before RFC 5746."""
LONGEST_SAID, LONGEST_WORDS = 120, 1000


class WebSession:
    """One connection. Everything but `abort` belongs to the thread that carries it out."""

    def __init__(self, target: WebTarget, pinned: Sequence[HostKey]) -> None:
        self._target = target
        self._pinned = pinned
        self._connection: http.client.HTTPConnection | None = None
        self._shown: HostKey | None = None
        """The certificate of the connection before: a session has one."""
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
            answer = self._request(question, headers)
            self.proven = shown
            if question.logout:
                self._log_out(question.logout, headers)
            return answer
        except BodyInvalid as error:
            raise DeviceAnswerInvalid(f"{self._target}: {error}") from error
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
        believed = self._pinned or ([self._shown] if self._shown else [])
        if believed and key not in believed:
            known = ", ".join(one.fingerprint for one in believed)
            raise HostKeyChanged(
                f"{self._target}: the certificate changed: pinned {known}, now shown {key.fingerprint}; "
                "if it was renewed or the device replaced: "
                f"cmsp-agent component host-key {self._target.name or 'COMPONENT'} --forget"
            )
        self._shown = key
        return key

    def _log_in(self, question: WebQuestion) -> dict[str, str]:
        credential = self._target.credential
        if credential is None:
            return {}
        user, password = credential.user, credential.password.reveal()
        if not question.login:
            return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
        form = urlencode(list(zip(question.fields, (user, password), strict=True))).encode()
        status, headers, said = self._exchange(
            WebQuestion(question.login, "POST", body=form, kind="application/x-www-form-urlencoded"), {}
        )
        if status in REFUSED or status >= 400 or (question.denied and question.denied in said.decode(errors="replace")):
            raise AuthenticationRejected(f"{self._target}: the login of user {user!r} was refused")
        cookies = [each.partition(";")[0] for each in headers.get_all("Set-Cookie") or ()]
        if not cookies:
            raise AuthenticationRejected(f"{self._target}: the login of user {user!r} brought no session")
        return {"Cookie": "; ".join(cookies)}

    def _log_out(self, path: str, headers: dict[str, str]) -> None:
        try:
            self._exchange(WebQuestion(path, "POST"), headers)
        except (http.client.HTTPException, OSError, BodyInvalid, DeviceUnreachable, HostKeyChanged):
            return  # the file is there; the session ends by itself

    def _request(self, question: WebQuestion, headers: dict[str, str]) -> bytes:
        status, answered, said = self._exchange(question, headers)
        about = f"{self._target}: {question.method} {question.path.partition('?')[0]} is answered {status}"
        if status == PARTIAL:
            raise DeviceAnswerInvalid(f"{about}: a part of the file")
        if 200 <= status < 300:
            return said
        about += _words(said)
        if status in REFUSED:
            raise AuthenticationRejected(f"{about}{_other_login(answered)}")
        if status in BUSY:
            raise DeviceBusy(about)
        elsewhere = answered.get("Location", "") if 300 <= status < 400 else ""
        raise CommandRejected(f"{about}, see {printable(elsewhere)[:LONGEST_SAID]}" if elsewhere else about)

    def _exchange(self, question: WebQuestion, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Ask; where the device has closed the connection since, over another one, whose certificate is judged too."""
        assert self._connection is not None
        if self._connection.sock is None or _ended(self._connection.sock):
            self._connect_again()
        elif question.login and not question.body:  # it may be closing the one of the form right now
            try:
                return self._said(question, headers)
            except http.client.RemoteDisconnected:
                self._connect_again()
        return self._said(question, headers)

    def _connect_again(self) -> None:
        assert self._connection is not None
        self._connection.close()
        self._connect()

    def _said(self, question: WebQuestion, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage, bytes]:
        assert self._connection is not None
        more = {"Content-Type": question.kind} if question.kind else {}
        every = {"User-Agent": "cmsp-agent", **headers, **more}
        self._connection.request(question.method, question.path, question.body or None, every)
        answer = self._connection.getresponse()
        return answer.status, answer.headers, whole_body(answer, archive=question.archive)


def _ended(sock: socket.socket) -> bool:
    """Whether the device has closed the connection already, or says something before it is asked."""
    timeout = sock.gettimeout()
    sock.settimeout(0)
    try:
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    finally:
        sock.settimeout(timeout)
    return True


def _other_login(headers: http.client.HTTPMessage) -> str:
    """How the device wants the login, where that is not how it was sent."""
    wanted = headers.get("WWW-Authenticate", "").partition(" ")[0]
    return f"; it asks for {printable(wanted)[:20]}" if wanted and wanted.lower() != "basic" else ""


def _words(said: bytes) -> str:
    """The beginning of a plain answer, for those who hide its secrets and then cut it; empty for a page."""
    text = " ".join(said[:LONGEST_WORDS].decode(errors="replace").split())
    return f": {text}" if text and not text.startswith("<") else ""


def _context(target: WebTarget) -> ssl.SSLContext:
    """Encrypted; whose certificate it is, is judged by what is pinned."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if target.legacy:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.options |= OLD_SERVERS
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
