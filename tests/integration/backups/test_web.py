"""Configurations fetched over HTTPS from played web interfaces: byte for byte, or refused with the reason."""

import contextlib
import gzip
import io
import tarfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.backup import BackupResult
from cmsp_agent.model.component import Component, HttpPlan
from cmsp_agent.model.credentials import Credentials, HttpCredential, SshCredential
from cmsp_agent.model.errors import (
    AuthenticationRejected,
    CommandRejected,
    DeviceAnswerInvalid,
    DeviceUnreachable,
)
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform, DeviceType
from cmsp_agent.services.backups import Backups, Directory, Manifest
from cmsp_agent.services.backups.rehearsal import rehearse
from cmsp_agent.services.backups.ssh_reading import by_web
from cmsp_agent.services.backups.web_reading import WebReader
from cmsp_agent.storage.sealed.blobs import Blobs
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.state import open_state
from cmsp_agent.transports.device_web import WebClient
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys
from cmsp_agent.transports.ssh.target import HostKeyChanged
from cmsp_agent.transports.web_bodies import MOST
from cmsp_plugins.audiocodes.plugin import AUDIOCODES
from cmsp_plugins.cisco_ata.plugin import CISCO_ATA
from cmsp_plugins.ribbon_sbc.plugin import RIBBON_SBC
from tests.lab.certificates import Authority, Identity
from tests.lab.played.web import PASSWORD, USER, PlayedWeb, Said, web_server

INI = (
    ";**************\r\n;** Ini File **\r\n;**************\r\n\r\n;Board: M800B\r\n;Software Version: 7.20A.258\r\n"
    ";Time & Date: 27/11/2026 10:00:00\r\n\r\n[SYSTEM Params]\r\n\r\nSyslogServerIP = 10.1.0.5\r\n"
    "SNMPReadOnlyCommunityString_0 = canary-community\r\nSiteName = Gr\xfc\xdfe\r\n\r\n[ WebUsers ]\r\n"
    'FORMAT WebUsers_Index = WebUsers_Username, WebUsers_Password;\r\nWebUsers 0 = "Admin", "$1$canaryhash==";\r\n'
    "[ \\WebUsers ]\r\n\r\n"
).encode("latin-1")
PROFILE = (
    b'<?xml version="1.0"?>\n<flat-profile>\n<Admin_Passwd ua="na">canary-admin</Admin_Passwd>\n'
    b'<Proxy_1_>sbc.example.net</Proxy_1_>\n<Password_1_ ua="na">canary-line</Password_1_>\n</flat-profile>\n'
)


def packed(files: dict[str, bytes], at: float) -> bytes:
    """An archive, packed at a time."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), int(at)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), mtime=at)


@dataclass
class Rig:
    """The service that fetches, and what it reported."""

    backups: Backups
    keys: StoredHostKeys
    components: dict[str, Component]
    reported: list[AgentSignal] = field(default_factory=list)

    async def stored(self) -> bytes:
        text = await self.backups.content("sbc", "latest", redacted=False)
        return text.encode("utf-8", "surrogateescape")

    async def shown(self) -> str:
        return await self.backups.content("sbc", "latest", redacted=True)


def component(port: int, *, http: bool = True, tls: bool = True, profile: str = "") -> Component:
    login = HttpCredential(USER, Secret("web-password", lambda: PASSWORD)) if http else None
    return Component(
        "sbc", ("127.0.0.1",), "paris", credentials=Credentials(http=login), http=HttpPlan(port, tls, profile=profile)
    )


@asynccontextmanager
async def fetching(folder: Path, kind: DeviceType, asked: Component) -> AsyncIterator[Rig]:
    clock, counters = SystemClock(), Counters()
    async with AsyncExitStack() as open_things:
        database = await open_state(folder / "state.db", "apl-1", clock=clock, counters=counters)
        open_things.push_async_callback(database.close)
        pool, texts = BlockingPool("web", 1, 4), BlockingPool("texts", 1, 4)
        open_things.push_async_callback(pool.close, 3.0)
        open_things.push_async_callback(texts.close)
        (store := folder / "backups").mkdir()
        blobs = Blobs(store, master_key(folder))
        open_things.push_async_callback(blobs.close)
        keys, components = StoredHostKeys(database, clock), {"sbc": asked}

        async def tell(signal: AgentSignal) -> None:
            made.reported.append(signal)

        def platform(name: str) -> CliPlatform | None:
            return kind.cli

        reader = WebReader(WebClient(pool, keys), within=5)
        directory = Directory(components.get, platform)
        backups = Backups(directory, reader, Manifest(database, blobs), tell, texts, clock, counters)
        made = Rig(backups, keys, components)
        yield made


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return Authority(tmp_path_factory.mktemp("ca")).server()


@contextlib.contextmanager
def played(played: PlayedWeb, identity: Identity) -> Iterator[int]:
    with web_server(played, identity.certificate, identity.key) as port:
        yield port


INI_CALL = "GET /api/v1/files/ini"


PACKED = {"gzip": gzip.compress(INI), "deflate": zlib.compress(INI), "identity": INI}


@pytest.mark.parametrize(
    "said",
    [
        Said(INI),
        Said(INI, chunked=True),
        *(Said(body, headers={"Content-Encoding": coding}) for coding, body in PACKED.items()),
        Said(INI, headers={"Content-Length": str(len(INI))}),
    ],
)
async def test_an_ini_file_is_stored_byte_for_byte(tmp_path: Path, identity: Identity, said: Said) -> None:
    web = PlayedWeb({INI_CALL: said})
    with played(web, identity) as port:
        async with fetching(tmp_path, AUDIOCODES, component(port)) as rig:
            assert (await rig.backups.run("sbc", "schedule")).result is BackupResult.STORED
            assert await rig.stored() == INI
            shown = await rig.shown()
            assert "canary" not in shown
            assert "SyslogServerIP = 10.1.0.5" in shown
            web.answers[INI_CALL] = Said(INI.replace(b"10:00:00", b"11:11:11"))
            assert (await rig.backups.run("sbc", "schedule")).result is BackupResult.UNCHANGED
            web.answers[INI_CALL] = Said(INI.replace(b"10.1.0.5", b"10.1.0.6"))
            assert (await rig.backups.run("sbc", "schedule")).result is BackupResult.STORED
            changed = await rig.backups.difference("sbc", "latest", "previous")
            assert "+SyslogServerIP = 10.1.0.6" in changed
            assert "canary" not in changed
            assert (await rehearse(rig.backups, "sbc")).errors == ()


@pytest.mark.parametrize(
    ("said", "error", "word"),
    [
        (Said(b"<!DOCTYPE html><html>Login</html>"), DeviceAnswerInvalid, "a page came"),
        (Said(b"\xef\xbb\xbf<!-- M800 -->\n<html>Login</html>"), DeviceAnswerInvalid, "a page came"),
        (Said(INI, 206, {"Content-Range": "bytes 0-9/99"}), DeviceAnswerInvalid, "206: a part of the file"),
        (Said(INI, headers={"Content-Encoding": "br"}), DeviceAnswerInvalid, "packed as 'br'"),
        (Said(gzip.compress(INI)[:-9], headers={"Content-Encoding": "gzip"}), DeviceUnreachable, "cut short"),
        (
            Said(gzip.compress(bytes(MOST + 1), 1), headers={"Content-Encoding": "gzip"}),
            DeviceAnswerInvalid,
            "sent more",
        ),
        (Said(b"", 401, {"WWW-Authenticate": 'Digest realm="x"'}), AuthenticationRejected, "it asks for Digest"),
        (Said(INI[: len(INI) // 2], promised=len(INI)), DeviceUnreachable, "cut short"),
        (Said(INI.partition(b"[ \\WebUsers")[0][:-6]), DeviceAnswerInvalid, "cut short"),
        (Said(INI, headers={"Content-Length": "9"}), DeviceAnswerInvalid, "says two lengths of one body"),
        (Said(b"", 204), DeviceAnswerInvalid, "said nothing"),
        (Said(b"HA synchronization", 409), DeviceUnreachable, "HA synchronization"),
        (Said(b"starting", 503), DeviceUnreachable, "503"),
        (Said(b"no such file", 404), CommandRejected, "404: no such file"),
        (Said(b"", 302, {"Location": "https://elsewhere.example/"}), CommandRejected, "302, see https://else"),
        (Said(b"<html>no</html>", 403), AuthenticationRejected, "answered 403"),
        (Said(b"[Other]\r\nx = 1\r\n"), DeviceAnswerInvalid, "no line matches"),
    ],
)
async def test_what_is_no_configuration_is_refused(
    tmp_path: Path, identity: Identity, said: Said, error: type[Exception], word: str
) -> None:
    with played(PlayedWeb({INI_CALL: said}), identity) as port:
        async with fetching(tmp_path, AUDIOCODES, component(port)) as rig:
            outcome = await rig.backups.run("sbc", "schedule")
            assert isinstance(outcome.error, error), outcome.error
            assert word in str(outcome.error)
            assert await rig.backups.versions("sbc") == []
            assert [signal.raised for signal in rig.reported] == [True]


async def test_a_refused_login_is_one_try_and_the_password_is_in_no_text(tmp_path: Path, identity: Identity) -> None:
    web = PlayedWeb({INI_CALL: Said(INI)})
    with played(web, identity) as port:
        wrong = Component(
            "sbc", ("127.0.0.1",), "paris", http=HttpPlan(port),
            credentials=Credentials(http=HttpCredential(USER, Secret("web-password", lambda: "canary-wrong"))),
        )  # fmt: skip
        async with fetching(tmp_path, AUDIOCODES, wrong) as rig:
            outcome = await rig.backups.run("sbc", "schedule")
            assert isinstance(outcome.error, AuthenticationRejected)
            assert not outcome.error.retryable
            assert web.asked == [INI_CALL]
            assert "canary" not in f"{outcome}{rig.reported}"
            assert not await rig.keys.pinned("127.0.0.1", port)  # a certificate is pinned by a login that succeeds


async def test_another_certificate_later_is_refused_before_the_password_is_said(
    tmp_path: Path, identity: Identity
) -> None:
    web = PlayedWeb({INI_CALL: Said(INI)})
    with played(web, identity) as port:
        async with fetching(tmp_path, AUDIOCODES, component(port)) as rig:
            assert (await rig.backups.run("sbc", "schedule")).error is None
            [pinned] = await rig.keys.pinned("127.0.0.1", port)
            assert pinned.algorithm == "x509"
            other = Authority(tmp_path / "other").server()
            rig.components["sbc"] = component(port)
            with contextlib.ExitStack() as again:
                web.asked.clear()
                web.port = 0
                second = again.enter_context(web_server(web, other.certificate, other.key))
                rig.components["sbc"] = component(second)
                await rig.keys.pin("127.0.0.1", second, pinned)
                outcome = await rig.backups.run("sbc", "schedule")
            assert isinstance(outcome.error, HostKeyChanged)
            assert "host-key sbc --forget" in str(outcome.error)
            assert web.asked == []


async def test_no_server_and_no_tls_are_said(tmp_path: Path, identity: Identity) -> None:
    with web_server(PlayedWeb({INI_CALL: Said(INI)}), None, None) as port:
        async with fetching(tmp_path, AUDIOCODES, component(port)) as rig:
            outcome = await rig.backups.run("sbc", "schedule")
            assert isinstance(outcome.error, DeviceUnreachable)
            assert "no TLS" in str(outcome.error)
            rig.components["sbc"] = component(port, tls=False)
            assert (await rig.backups.run("sbc", "schedule")).error is None
    async with AsyncExitStack():
        (tmp_path / "none").mkdir()
        async with fetching(tmp_path / "none", AUDIOCODES, component(port)) as rig:
            outcome = await rig.backups.run("sbc", "schedule")
            assert "no TCP connection" in str(outcome.error)


BACKUP = "POST /rest/system?action=backup"
FILES = {"config/symphonyconfig.xml": b"<x>canary</x>" * 50, "certs/server.pem": b"canary"}


async def test_an_archive_is_stored_as_it_is_and_compared_by_what_lies_in_it(
    tmp_path: Path, identity: Identity
) -> None:
    archive = packed(FILES, 1_000_000)
    web = PlayedWeb({BACKUP: Said(archive), "POST /rest/logout": Said()}, form="/rest/login")
    with played(web, identity) as port:
        async with fetching(tmp_path, RIBBON_SBC, component(port)) as rig:
            assert (await rig.backups.run("sbc", "schedule")).result is BackupResult.STORED
            assert await rig.stored() == archive
            assert web.asked == ["POST /rest/login", BACKUP, "POST /rest/logout"]
            assert "canary" not in await rig.shown()
            assert "config/symphonyconfig.xml 650 " in await rig.shown()
            web.answers[BACKUP] = Said(packed(FILES, 2_000_000))
            assert (await rig.backups.run("sbc", "schedule")).result is BackupResult.UNCHANGED
            web.answers[BACKUP] = Said(packed({**FILES, "certs/server.pem": b"other"}, 3_000_000))
            assert (await rig.backups.run("sbc", "schedule")).result is BackupResult.STORED
            assert "+certs/server.pem 5 " in await rig.backups.difference("sbc", "latest", "previous")
            assert (await rehearse(rig.backups, "sbc")).errors == ()


async def test_a_device_that_ends_the_connection_of_its_form_is_asked_over_another_one(
    tmp_path: Path, identity: Identity
) -> None:
    archive = packed(FILES, 1_000_000)
    packed_for_the_way = Said(archive, headers={"Content-Encoding": "x-gzip"})  # as servers call any .gz
    web = PlayedWeb({BACKUP: packed_for_the_way}, form="/rest/login", hangs_up=True)
    with played(web, identity) as port:
        async with fetching(tmp_path, RIBBON_SBC, component(port)) as rig:
            assert (await rig.backups.run("sbc", "schedule")).error is None
            assert await rig.stored() == archive
            assert web.asked == ["POST /rest/login", BACKUP, "POST /rest/logout"]


@pytest.mark.parametrize("damage", ["half", "text", "empty", "xml"])
async def test_what_is_no_whole_archive_is_refused(tmp_path: Path, identity: Identity, damage: str) -> None:
    archive = packed(FILES, 1_000_000)
    said = {
        "half": archive[: len(archive) // 2],
        "text": b"sorry",
        "empty": packed({}, 1.0),
        "xml": b'<?xml version="1.0"?><root><status><http_code>500</http_code></status></root>',
    }[damage]
    with played(PlayedWeb({BACKUP: Said(said)}, form="/rest/login"), identity) as port:
        async with fetching(tmp_path, RIBBON_SBC, component(port)) as rig:
            outcome = await rig.backups.run("sbc", "schedule")
            assert isinstance(outcome.error, DeviceAnswerInvalid)
            assert "archive" in str(outcome.error)


async def test_a_form_that_refuses_with_status_200_is_a_refused_login(tmp_path: Path, identity: Identity) -> None:
    web = PlayedWeb({BACKUP: Said(packed(FILES, 1.0))}, form="/rest/login")
    web.denied = Said(b"<root><status><http_code>401</http_code></status></root>")
    with played(web, identity) as port:
        asked = component(port)
        wrong = HttpCredential("nobody", Secret("web-password", lambda: PASSWORD))
        async with fetching(tmp_path, RIBBON_SBC, asked) as rig:
            rig.components["sbc"] = Component(
                "sbc", ("127.0.0.1",), "paris", credentials=Credentials(http=wrong), http=HttpPlan(port)
            )
            outcome = await rig.backups.run("sbc", "schedule")
            assert isinstance(outcome.error, AuthenticationRejected)
            assert web.asked == ["POST /rest/login"]


async def test_the_profile_of_an_ata_comes_from_where_it_is_provisioned(tmp_path: Path, identity: Identity) -> None:
    web = PlayedWeb({"GET /ata/0011.xml?v=2": Said(PROFILE)}, anonymous=True)
    with played(web, identity) as port:
        asked = component(port, http=False, profile=f"https://localhost:{port}/ata/0011.xml?v=2")
        async with fetching(tmp_path, CISCO_ATA, asked) as rig:
            assert (await rig.backups.run("sbc", "schedule")).error is None
            assert await rig.stored() == PROFILE
            assert "canary" not in await rig.shown()
            assert "sbc.example.net" in await rig.shown()
            rig.components["sbc"] = component(port, http=False)
            outcome = await rig.backups.run("sbc", "schedule")
            assert "http: {profile: https://" in str(outcome.error)


def test_a_gateway_with_a_login_for_the_command_line_alone_is_read_there() -> None:
    assert AUDIOCODES.cli is not None
    assert RIBBON_SBC.cli is not None
    ssh = Credentials(ssh=SshCredential("noc"))
    known = Component("sbc", ("127.0.0.1",), "paris", credentials=ssh)
    assert not by_web(known, AUDIOCODES.cli)
    assert by_web(known, RIBBON_SBC.cli)  # its command line shows none
    assert by_web(component(443), AUDIOCODES.cli)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_old_tls_only_where_the_component_permits_it(tmp_path: Path, identity: Identity) -> None:
    with played(PlayedWeb({INI_CALL: Said(INI)}, old_tls=True), identity) as port:
        async with fetching(tmp_path, AUDIOCODES, component(port)) as rig:
            refused = await rig.backups.run("sbc", "schedule")
            assert isinstance(refused.error, DeviceUnreachable)
            assert "http: {legacy: true}" in str(refused.error)
            rig.components["sbc"] = replace(component(port), http=HttpPlan(port, legacy=True))
            assert (await rig.backups.run("sbc", "schedule")).result is BackupResult.STORED
            assert await rig.stored() == INI
