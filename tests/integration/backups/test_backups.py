"""From a gateway's SSH server to an encrypted file and back, also with nothing left but the partner's key."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa, x25519

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.backup import BackupResult
from cmsp_agent.model.component import Component, SshPlan
from cmsp_agent.model.credentials import Credentials
from cmsp_agent.model.errors import (
    AuthenticationRejected,
    CommandRejected,
    DeviceAnswerInvalid,
    DeviceUnreachable,
    StorageError,
)
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform, Redaction
from cmsp_agent.services.backups import (
    Backups,
    Directory,
    Manifest,
    ManifestCopies,
    SshReader,
    recover,
)
from cmsp_agent.storage.sealed.blobs import Blobs
from cmsp_agent.storage.sealed.master_key import MasterKey, keep_wrapped, master_key
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.transports.ssh import CliClient, CliLimits, HostKeyChanged
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys
from tests.integration.ssh.conftest import credential
from tests.integration.ssh.gateways import CONFIGURATION, Fault, Gateway, ssh_server

IOS = CliPlatform(
    driver="cisco_ios",
    must_have=(r"^version \d", r"^hostname \S"),
    invalid=(r"^% ?Invalid input.*",),
    volatile=(r"^Building configuration", r"^Current configuration : \d+", r"^! Last configuration change at"),
    redact=(Redaction(r"^enable secret \d (?P<secret>\S+)"), Redaction(r"^snmp-server community (?P<secret>\S+)")),
)
LIMITS = CliLimits(connect=2, banner=4, key_exchange=6, login=6, channel=3, silence=4, received=2_000_000)


@dataclass
class Site:
    """Gateways that answer, and the service that saves them."""

    backups: Backups
    gateways: dict[str, Gateway]
    components: dict[str, Component]
    database: Database
    key: MasterKey
    store: Path
    reported: list[AgentSignal]


@contextlib.asynccontextmanager
async def saving(folder: Path, gateways: dict[str, Gateway], at_once: int = 4) -> AsyncIterator[Site]:
    """The service over everything real but the devices' hardware."""
    clock, counters, reported = SystemClock(), Counters(), list[AgentSignal]()
    store = folder / "backups"
    store.mkdir(exist_ok=True)
    database = await open_state(folder / "state.db", "apl-1", clock=clock, counters=counters)
    key, pool, texts = master_key(folder), BlockingPool("ssh", at_once, 100), BlockingPool("texts", 1, 100)
    blobs = Blobs(store, key)
    components = {
        name: Component(
            name,
            ("127.0.0.1",),
            "paris",
            credentials=Credentials(ssh=credential()),
            ssh=SshPlan(port=gateway.port, login_timeout=LIMITS.login, silence=LIMITS.silence),
        )
        for name, gateway in gateways.items()
    }

    async def tell(signal: AgentSignal) -> None:
        reported.append(signal)

    copies = ManifestCopies(store, key)
    client = CliClient(pool, StoredHostKeys(database, clock), clock, counters, LIMITS)
    backups = Backups(
        Directory(components.get, lambda name: IOS),
        SshReader(client, within=30),
        Manifest(database, blobs, copies),
        tell,
        texts,
        clock,
        counters,
        at_once=at_once,
    )
    yield Site(backups, gateways, components, database, key, store, reported)
    await pool.close(3.0)
    await texts.close()
    await copies.close()
    await blobs.close()
    await database.close()


@pytest.fixture(scope="module")
def host_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
async def gateway(host_key: Any) -> AsyncIterator[Gateway]:
    async with ssh_server(Gateway(), host_key) as running:
        yield running


@pytest.fixture
async def site(tmp_path: Path, gateway: Gateway) -> AsyncIterator[Site]:
    async with saving(tmp_path, {"gw-1": gateway}) as running:
        yield running


async def test_what_is_stored_is_what_the_device_said_and_unreadable_on_disk(site: Site, gateway: Gateway) -> None:
    outcome = await site.backups.run("gw-1", "demand")
    assert outcome.result is BackupResult.STORED
    assert await site.backups.content("gw-1", "latest", redacted=False) == gateway.configuration + "\n"
    files = [path for path in site.store.rglob("*") if path.is_file()]
    assert len(files) == 3, "one content, one manifest, one key"
    for path in files:
        assert b"hostname" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    database = b"".join(path.read_bytes() for path in site.store.parent.glob("state.db*"))
    assert b"hidden-community" not in database


async def test_an_unchanged_one_is_stored_once_and_a_change_is_a_second_version(site: Site, gateway: Gateway) -> None:
    await site.backups.run("gw-1", "schedule")
    gateway.configuration = gateway.configuration.replace("08:00:00", "09:00:00")
    assert (await site.backups.run("gw-1", "schedule")).result is BackupResult.UNCHANGED
    gateway.configuration = gateway.configuration.replace("!\nend", "ip http server\n!\nend")
    assert (await site.backups.run("gw-1", "change")).result is BackupResult.STORED
    assert len(await site.backups.versions("gw-1")) == 2
    assert "\n+ip http server\n" in await site.backups.difference("gw-1", "latest", "previous")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.LOGIN_HANGS, DeviceUnreachable),
        (Fault.CONFIG_HANGS, DeviceUnreachable),
        (Fault.CONFIG_CUT, DeviceUnreachable),
        (Fault.CONFIG_ENDLESS, DeviceAnswerInvalid),
        (Fault.CONFIG_GARBAGE, DeviceAnswerInvalid),
        (Fault.CONFIG_REFUSED, CommandRejected),
        (Fault.LOGIN_HANGS_UP, AuthenticationRejected),
    ],
)
async def test_a_gateway_that_goes_wrong_never_spoils_what_is_stored(
    site: Site, gateway: Gateway, fault: Fault, error: type[Exception]
) -> None:
    good = (await site.backups.run("gw-1", "schedule")).backup
    gateway.fault = fault
    outcome = await site.backups.run("gw-1", "schedule")
    assert isinstance(outcome.error, error)
    assert await site.backups.versions("gw-1") == [good]
    assert site.reported[-1].raised
    gateway.fault = Fault.NONE
    assert (await site.backups.run("gw-1", "schedule")).result is BackupResult.UNCHANGED
    assert not site.reported[-1].raised


async def test_another_host_key_is_an_alarm_and_no_password_is_sent(tmp_path: Path, host_key: Any) -> None:
    gateway = Gateway()
    async with ssh_server(gateway, host_key):
        async with saving(tmp_path, {"gw-1": gateway}) as site:
            await site.backups.run("gw-1", "schedule")
        logins = gateway.logins
    other = asyncssh.generate_private_key("ssh-ed25519")
    async with ssh_server(gateway, other, port=gateway.port), saving(tmp_path, {"gw-1": gateway}) as site:
        outcome = await site.backups.run("gw-1", "schedule")
        assert isinstance(outcome.error, HostKeyChanged)
        assert site.reported[-1].raised
    assert gateway.logins == logins


async def test_hung_gateways_starve_nobody(tmp_path: Path, host_key: Any) -> None:
    async with contextlib.AsyncExitStack() as stack:
        gateways = {
            f"gw-{n}": await stack.enter_async_context(
                ssh_server(Gateway(Fault.CONFIG_HANGS if n < 3 else Fault.NONE), host_key)
            )
            for n in range(12)
        }
        site = await stack.enter_async_context(saving(tmp_path, gateways, at_once=4))
        began = time.monotonic()
        runs = {name: asyncio.create_task(site.backups.run(name, "schedule")) for name in gateways}
        done = [await runs[f"gw-{n}"] for n in range(3, 12)]
        assert time.monotonic() - began < 8
        assert {outcome.result for outcome in done} == {BackupResult.STORED}
        hung = [await runs[f"gw-{n}"] for n in range(3)]
        assert {type(outcome.error) for outcome in hung} == {DeviceUnreachable}


@pytest.mark.parametrize("kind", ["x25519", "rsa"])
async def test_the_partner_opens_everything_with_the_recovery_key_alone(
    tmp_path: Path, host_key: Any, kind: str
) -> None:
    private = x25519.X25519PrivateKey.generate() if kind == "x25519" else rsa.generate_private_key(65537, 2048)
    public, appliance, copied = tmp_path / "recovery.pem", tmp_path / "appliance", tmp_path / "copied"
    public.write_bytes(
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    appliance.mkdir()
    async with ssh_server(Gateway(), host_key) as gateway, saving(appliance, {"gw/1 é": gateway}) as site:
        assert keep_wrapped(site.key, public, site.store).exists()
        await site.backups.run("gw/1 é", "schedule")
        first = gateway.configuration
        gateway.configuration = CONFIGURATION.format(extra="ip http server\n")
        await site.backups.run("gw/1 é", "change")
        await site.backups.mark_known_good("gw/1 é", "latest")
    site.store.rename(copied)
    shutil.rmtree(appliance)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"partner's password"),
    )
    found = recover(copied, pem, tmp_path / "out", b"partner's password")
    assert [(one.component, one.error) for one in found] == [("gw/1 é", ""), ("gw/1 é", "")]
    texts = [one.path.read_text() for one in found if one.path]
    assert texts == [gateway.configuration + "\n", first + "\n"]
    assert found[0].path is not None
    assert found[0].path.name.endswith(".known-good.cfg")
    assert found[0].path.stat().st_mode & 0o077 == 0
    other = x25519.X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(StorageError):
        recover(copied, other, tmp_path / "nothing")


async def test_a_damaged_content_is_reported_and_the_others_are_recovered(tmp_path: Path, host_key: Any) -> None:
    private = x25519.X25519PrivateKey.generate()
    public = tmp_path / "recovery.pem"
    public.write_bytes(
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    async with ssh_server(Gateway(), host_key) as one, ssh_server(Gateway(hostname="gw-2"), host_key) as two:
        two.configuration = two.configuration.replace("gw-1", "gw-2")
        async with saving(tmp_path, {"gw-1": one, "gw-2": two}) as site:
            keep_wrapped(site.key, public, site.store)
            bad = (await site.backups.run("gw-1", "schedule")).backup
            await site.backups.run("gw-2", "schedule")
            assert bad is not None
            [damaged] = site.store.rglob(f"{bad.blob}*")
            damaged.write_bytes(damaged.read_bytes()[:-1] + b"\x00")
            with pytest.raises(StorageError):
                await site.backups.content("gw-1", "latest", redacted=True)
            store = site.store
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    found = recover(store, pem, tmp_path / "out")
    assert [(each.component, each.path is not None) for each in found] == [("gw-1", False), ("gw-2", True)]


async def test_no_ssh_login_is_a_failed_backup_that_says_so(site: Site) -> None:
    site.components["gw-1"] = replace(site.components["gw-1"], credentials=Credentials())
    outcome = await site.backups.run("gw-1", "schedule")
    assert "none of its credentials is for SSH" in str(outcome.error)
