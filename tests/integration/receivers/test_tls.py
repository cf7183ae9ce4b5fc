"""Syslog over TLS (RFC 5425) from real senders: rsyslog, OpenSSL, our own sockets; who is let in, and who is not."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.transports import tls_accept
from cmsp_agent.transports.syslog.streams import StreamReceiver
from cmsp_agent.transports.tls_server import ServerCertificates, renew, server_context
from tests.integration.receivers.conftest import until
from tests.lab.certificates import Authority, Identity
from tests.lab.listening import bind_streams
from tests.lab.ports import free_port

pytestmark = pytest.mark.usefixtures("nothing_left")

DEVICE = "urn:device:gw-1"
LINE = b"<189>45: *Nov 27 10:00:00.000: %SYS-5-CONFIG_I: Configured from console"


class Station:
    """A TLS receiver with its authority, and senders' certificates."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder / "ours")
        self.stranger = Authority(folder / "theirs", "another CA")
        self.identity = self.authority.server()
        self.files = ServerCertificates(self.identity.certificate, self.identity.key, self.authority.path)
        self.context = server_context(self.files, "listen.tls", ssl.TLSVersion.TLSv1_2)
        self.received: list[bytes] = []
        self.counters = Counters()
        sockets = bind_streams(0, ["127.0.0.1", "::1"])
        self.receiver = StreamReceiver("syslog.tls", sockets, self.deliver, self.counters, tls=self.context)

    @property
    def port(self) -> int:
        return self.receiver.addresses[0][1]

    def deliver(self, _source: str, messages: list[bytes]) -> bool:
        self.received += messages
        return True

    def refused(self, why: str) -> int:
        return self.counters.value(f"syslog.tls.{why}", key="127.0.0.1")

    async def send(self, identity: Identity | None, *lines: bytes, version: ssl.TLSVersion | None = None) -> None:
        """Send octet-counted lines as a client, which may be let in or not."""
        context = ssl.create_default_context(cafile=self.authority.path)
        if version is not None:
            context.maximum_version = context.minimum_version = version
        if identity is not None:
            context.load_cert_chain(identity.certificate, identity.key)
        with suppress(ssl.SSLError, ConnectionError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=context)
            writer.write(b"".join(b"%d %b" % (len(line), line) for line in lines))
            await writer.drain()
            if not lines:
                await reader.read(1)
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def station(folder: Path) -> AsyncIterator[Station]:
    made = Station(folder)
    await made.receiver.start()
    shaking = asyncio.create_task(made.receiver.shake_hands())
    try:
        yield made
    finally:
        shaking.cancel()
        with suppress(asyncio.CancelledError):
            await shaking
        await made.receiver.stop()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_sender_with_a_certificate_of_the_authority_is_accepted(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    async with station(tmp_path) as made:
        await made.send(made.authority.client("gw-1", DEVICE), LINE, LINE + b" again", version=version)
        await until(lambda: len(made.received) == 2)
        assert made.received == [LINE, LINE + b" again"]
        assert made.counters.value("syslog.tls.messages") == 2


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("who", ["no_certificate", "unknown_authority", "expired"])
async def test_nobody_else_is_let_in_and_each_is_counted_by_why(
    tmp_path: Path, who: str, version: ssl.TLSVersion
) -> None:
    async with station(tmp_path) as made:
        identity = None
        if who == "unknown_authority":
            identity = made.stranger.client("gw-2", DEVICE)
        elif who == "expired":
            identity = made.authority.client("gw-3", DEVICE, days=-1)
        await made.send(identity, LINE, version=version)
        await until(lambda: made.refused(who))
        assert made.received == []
        await made.send(made.authority.client("gw-1", DEVICE), LINE)  # and the others are accepted still
        await until(lambda: made.received == [LINE])


async def test_plain_text_and_old_versions_are_no_tls(tmp_path: Path) -> None:
    async with station(tmp_path) as made:
        _, writer = await asyncio.open_connection("127.0.0.1", made.port)
        writer.write(LINE + b"\n")
        await until(lambda: made.refused("no_tls"))
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        _, writer = await asyncio.open_connection("127.0.0.1", made.port)
        writer.close()
        await writer.wait_closed()
        await until(lambda: made.refused("handshake_ended"))
        assert made.received == []


async def test_silent_handshakes_of_one_sender_leave_room_for_others(tmp_path: Path) -> None:
    async with station(tmp_path) as made:
        crowd = [await asyncio.open_connection("127.0.0.1", made.port) for _ in range(tls_accept.AT_ONCE_FROM_ONE + 3)]
        await until(lambda: made.refused("refused") == 3)
        context = ssl.create_default_context(cafile=made.authority.path)
        identity = made.authority.client("gw-1", DEVICE)
        context.load_cert_chain(identity.certificate, identity.key)
        _, writer = await asyncio.open_connection("::1", made.port, ssl=context)
        writer.write(LINE + b"\n")
        await until(lambda: made.received == [LINE])
        for each in (*(pair[1] for pair in crowd), writer):
            each.close()
            with suppress(ConnectionError, ssl.SSLError):
                await each.wait_closed()


async def test_nothing_is_lost_or_mixed_up(tmp_path: Path) -> None:
    async with station(tmp_path) as made:
        identity = made.authority.client("gw-1", DEVICE)
        lines = [[b"<13>%d %d %s" % (which, number, b"x" * number) for number in range(300)] for which in range(3)]
        await asyncio.gather(*(made.send(identity, *each) for each in lines))
        await until(lambda: len(made.received) == 900)
        for which in range(3):
            assert [line for line in made.received if line.startswith(b"<13>%d " % which)] == lines[which]


async def test_certificates_are_renewed_in_place_and_only_by_good_ones(tmp_path: Path) -> None:
    async with station(tmp_path) as made:
        made.files.ca.write_bytes(made.files.ca.read_bytes() + made.stranger.path.read_bytes())
        renew(made.context, made.files, "listen.tls")
        await made.send(made.stranger.client("gw-2", DEVICE), LINE)
        await until(lambda: made.received == [LINE])
        made.files.key.write_text("nonsense")
        with pytest.raises(ConfigurationError, match=r"listen\.tls"):
            renew(made.context, made.files, "listen.tls")
        await made.send(made.authority.client("gw-1", DEVICE), LINE)
        await until(lambda: made.received == [LINE, LINE])


async def test_lines_of_openssl(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl")
    async with station(tmp_path) as made:
        identity = made.authority.client("gw-1", DEVICE)
        process = await asyncio.create_subprocess_exec(
            *(
                openssl,
                "s_client",
                "-quiet",
                "-no_ign_eof",
                "-CAfile",
                str(made.authority.path),
            ),
            *("-cert", str(identity.certificate), "-key", str(identity.key), "-connect", f"127.0.0.1:{made.port}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdin is not None
        process.stdin.write(LINE + b"\n")
        await until(lambda: made.received == [LINE])
        process.terminate()
        await process.wait()


GNUTLS = list(Path("/usr/lib").glob("*/rsyslog/lmnsd_gtls.so"))
RSYSLOG = """
global(workDirectory="FOLDER" defaultNetstreamDriverCAFile="CA"
       defaultNetstreamDriverCertFile="CERTIFICATE" defaultNetstreamDriverKeyFile="KEY")
module(load="imuxsock" SysSock.Use="off")
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="INPUT")
action(type="omfwd" target="127.0.0.1" port="PORT" protocol="tcp" TCP_Framing="octet-counted"
       StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/certvalid" action.resumeRetryCount="1")
"""


async def test_lines_of_rsyslog(tmp_path: Path) -> None:
    rsyslogd = shutil.which("rsyslogd", path="/usr/sbin:/sbin")
    if rsyslogd is None or not GNUTLS:
        pytest.skip("needs rsyslog-gnutls")
    async with station(tmp_path) as made:
        identity = made.authority.client("gw-1", DEVICE)
        port = free_port()
        text = RSYSLOG.replace("FOLDER", str(tmp_path)).replace('CA"', f'{made.authority.path}"', 1)
        text = text.replace("CERTIFICATE", str(identity.certificate)).replace("KEY", str(identity.key))
        (tmp_path / "rsyslog.conf").write_text(text.replace("INPUT", str(port)).replace("PORT", str(made.port)))
        process = await asyncio.create_subprocess_exec(
            *(rsyslogd, "-n", "-f", str(tmp_path / "rsyslog.conf"), "-i", str(tmp_path / "pid")),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
                for _ in range(100):
                    device.sendto(LINE, ("127.0.0.1", port))
                    await asyncio.sleep(0.05)
                    if made.received:
                        break
            await until(lambda: made.received)
            assert b"%SYS-5-CONFIG_I: Configured from console" in made.received[0]
        finally:
            process.terminate()
            await process.wait()
