"""Devices as the field has them, played over SSH, and what the agent's own taking makes of each."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.backup import BackupResult
from cmsp_agent.model.component import Component, SshPlan
from cmsp_agent.model.credentials import Credentials, SshCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.services.backups import Backups, Directory, Manifest, SshReader
from cmsp_agent.services.backups.outcome import BackupOutcome
from cmsp_agent.storage.sealed.blobs import Blobs
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.transports.ssh import CliClient
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys
from cmsp_plugins.cisco_ios.cli import CLI
from tests.conftest import shared_folder
from tests.lab.played.player import CONFIGURATION, PASSWORD, USER, Played, Shell, playing

FOLDER = shared_folder() / "fieldcases" / "ssh"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))
SLOW = [name for name in CASES if name.startswith("slow-")]
NAMES = {field.name for field in fields(Played)}

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(not CASES, reason="needs the reference material of ../shared (or CMSP_SHARED), which is absent"),
]


@dataclass
class Case:
    """A case that is played: the device, how it is logged into, what is expected."""

    device: Played
    algorithms: dict[str, Any]
    credentials: dict[str, Any]
    runs: int
    expect: str
    second: dict[str, str]
    """What is changed before the second run."""


def case(name: str) -> Case:
    """A case from its description; what the description leaves to programs is made here."""
    document = json.loads((FOLDER / f"{name}.json").read_text())
    described = {key: value for key, value in document["device"].items() if key in NAMES and not _elsewhere(value)}
    if isinstance(script := described.get("shell"), str):
        described["shell"] = scripted(script)
    if "pause_at" in described:
        described["pause_at"] = tuple(described["pause_at"])
    if "(" in described.get("conf", "")[-80:]:  # generated: here as long as it says
        length = int(described["conf"].rpartition("(")[2].split()[0])
        described["conf"] = CONFIGURATION.replace("end\n", "") + rules(length) + "end\n"
    device = Played(**described)
    second: dict[str, str] = {}
    if name == "prompt-clock":
        hours = iter(range(60))
        device.prompt = lambda: f"gw-lab 10:00:{next(hours):02d}#"
    elif name == "privilege-partial-named":
        second = {"conf": "version 15.7\n!\nhostname gw-lab\n!\nend\n"}
    elif name == "secret-changes":
        second = {"conf": device.conf.replace("s3cr3tRO", "an0therRO")}
    elif name == "truncated-eof":
        device.shell = cut_off
    elif name == "clockperiod":
        device.conf = device.conf.replace("end\n", "ntp clock-period 17179869\nend\n")
        second = {"conf": device.conf.replace("17179869", "17179999")}
    algorithms = document["device"].get("algs", {})
    return Case(device, algorithms, document["credentials"], document["runs"], document["expect"], second)


def _elsewhere(value: object) -> bool:
    return isinstance(value, str) and value.startswith("see lab/")


def rules(length: int) -> str:
    """Lines of access lists, as many as make up the length."""
    made, number = list[str](), 0
    while sum(map(len, made[-1:])) + number * 60 < length:
        made.append(f" permit ip host 10.0.{number // 250 % 250}.{number % 250} any log ! rule {number:012d}\n")
        number += 1
    return "ip access-list extended LONG\n" + "".join(made)


async def cut_off(shell: Shell, device: Played) -> None:
    """Half of the configuration, then nothing."""
    shell.w("\ngw-lab#")
    while True:
        line = await shell.line()
        shell.w(f"{line}\n")
        if line.startswith("show run"):
            shell.w(device.conf[: len(device.conf) // 2])
            return
        shell.w("gw-lab#")


def scripted(code: str) -> Any:
    """A device's own shell, which its description brings."""
    names: dict[str, Any] = {"asyncio": asyncio, "Sh": cut_off}
    source = code.removeprefix("code: ")
    exec(source, names)
    return names[source.split("async def ")[1].split("(")[0]]


@dataclass
class Saved:
    """The service, and what it reported."""

    backups: Backups
    counters: Counters
    reported: list[AgentSignal]


@asynccontextmanager
async def saving(folder: Path, component: Component) -> AsyncIterator[Saved]:
    clock, counters, reported = SystemClock(), Counters(), list[AgentSignal]()
    async with AsyncExitStack() as open_things:
        database: Database = await open_state(folder / "state.db", "apl-1", clock=clock, counters=counters)
        open_things.push_async_callback(database.close)
        pool, texts = BlockingPool("ssh", 1, 4), BlockingPool("texts", 1, 4)
        open_things.push_async_callback(pool.close, 3.0)
        open_things.push_async_callback(texts.close)
        blobs = Blobs(folder, master_key(folder))
        open_things.push_async_callback(blobs.close)

        async def tell(signal: AgentSignal) -> None:
            reported.append(signal)

        client = CliClient(pool, StoredHostKeys(database, clock), clock, counters)
        directory = Directory({component.name: component}.get, lambda name: CLI)
        backups = Backups(directory, SshReader(client), Manifest(database, blobs), tell, texts, clock, counters)
        yield Saved(backups, counters, reported)


async def played(folder: Path, name: str) -> tuple[Case, Saved, list[BackupOutcome], str]:
    """Play a case to its end: what came of each run, and what is stored."""
    this = case(name)
    key: Any = asyncssh.generate_private_key("ssh-ed25519")
    if "signature_algs" in this.algorithms:
        key = rsa_key(int(name.removeprefix("rsa-")) if name.startswith("rsa-") else 1024)
    enable = this.credentials.get("enable")
    credential = SshCredential(
        USER, Secret("password", lambda: PASSWORD), Secret("enable", lambda: enable) if enable else None
    )
    async with playing(this.device, key, **this.algorithms) as port:
        plan = SshPlan(port=port, legacy=bool(this.credentials.get("legacy")))
        component = Component("gw", ("127.0.0.1",), "paris", credentials=Credentials(ssh=credential), ssh=plan)
        async with saving(folder, component) as saved:
            outcomes = [await saved.backups.run("gw", "schedule")]
            if this.runs > 1:
                vars(this.device).update(this.second)
                outcomes.append(await saved.backups.run("gw", "schedule"))
            stored = ""
            if outcomes[0].result is not BackupResult.FAILED:
                stored = await saved.backups.content("gw", "latest", redacted=False)
            return this, saved, outcomes, stored


def rsa_key(bits: int) -> Any:
    """A key of an old device: no library makes one so short any more, `openssl` does."""
    made = subprocess.run(["openssl", "genrsa", "-traditional", str(bits)], capture_output=True, check=True, timeout=30)
    [key] = asyncssh.load_keypairs([asyncssh.import_private_key(made.stdout)])
    key.host_key_algorithms = [b"ssh-rsa"]
    return key


@pytest.mark.parametrize("name", [name for name in CASES if name not in SLOW])
async def test_a_played_device(name: str, tmp_path: Path) -> None:
    await judged(name, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(200)
async def test_slow_devices(tmp_path: Path) -> None:
    """They wait at the same time: each takes as long as its description says."""
    for name in SLOW:
        (tmp_path / name).mkdir()
    await asyncio.gather(*(judged(name, tmp_path / name) for name in SLOW))


async def judged(name: str, tmp_path: Path) -> None:
    this, _, outcomes, stored = await played(tmp_path, name)
    results, errors = [one.result.value for one in outcomes], [str(one.error) for one in outcomes]
    if this.expect == "failed-noanswer":
        assert "Verification code" in errors[0]
        assert [line for line in this.device.received if line.startswith("answer 1")] == []
    elif this.expect == "failed-nothing-typed":
        assert "New password" in errors[0]
        assert [line for line in this.device.received if not line.startswith("password")] == []
    elif this.expect == "failed2":
        assert results[0] == "stored"
        assert results[1] in ("suspect", "failed")
    elif this.expect.endswith("2"):
        assert results[1] == this.expect.removesuffix("2"), errors
    else:
        assert results[0] == this.expect.removesuffix("-exact"), errors
    if this.expect == "stored-exact":
        assert stored.endswith(this.device.conf)
    if this.expect.startswith("stored"):
        assert stored.partition("version ")[2] == this.device.conf.partition("version ")[2]
