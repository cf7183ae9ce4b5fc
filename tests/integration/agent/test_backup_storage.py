"""A replaced appliance on an old backup storage destroys nothing: it says how to go on, and both ways work."""

import asyncio
import subprocess
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.backup import BackupResult
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.audit_beside import FOLDER
from cmsp_agent.services.backups import storage_watch
from cmsp_agent.storage.sealed.backup_set import MARK
from cmsp_agent.storage.sealed.master_key import WRAPPED
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_lifecycle import until
from tests.integration.cli.test_agent import PROGRAM


def unusable(agent: Agent) -> list[str]:
    """What is wrong with the backup storage, by the alarms that hold."""
    active = agent.events.service.alarm_state.active
    return [event.text for key, event in active.items() if key.type == "backups.storage"]


def with_a_recovery_key(stage: Stage) -> Path:
    """A key pair of the partner's; the file names the public half."""
    private, public = stage.workspace.folder / "private.pem", stage.workspace.folder / "public.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "X25519", "-out", private], check=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    stage.rewrite("storage: {", f"storage: {{recovery_key: {public}, ")
    return private


def replace_the_appliance(stage: Stage) -> None:
    """Another machine: an empty state directory, the same storage."""
    stage.workspace.state.rename(stage.workspace.folder / "old-state")
    stage.workspace.state.mkdir(mode=0o700)


async def audited(agent: Agent) -> list[tuple[str, str]]:
    """Action and outcome of what commands beside the agent left for the audit log, once it has taken them."""
    folder = agent.configuration.appliance.state / FOLDER
    await until(lambda: not list(folder.glob("*.json")), within=20)
    query = "select action, outcome from audit where who not like 'cmsp-agent%' order by row"
    return await agent.runtime.state.read(lambda tx: tx.execute(query).fetchall())


def command(stage: Stage, *arguments: str) -> str:
    words = [str(PROGRAM), *arguments, "--config", str(stage.workspace.site_yaml)]
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout


def recovered(store: Path, private: Path, into: Path) -> int:
    """How many configurations the recovery key opens."""
    words = [str(PROGRAM), "backup", "recover", str(store), "--key", str(private), "--into", str(into)]
    subprocess.run(words, check=True, timeout=60, stdout=subprocess.DEVNULL)
    return len(list(into.rglob("*.cfg")))


async def saved(agent: Agent) -> str:
    """Save a gateway's configuration; the version's id."""
    outcome = await agent.backups.backups.run("gw-1", "demand")
    assert outcome.backup is not None, outcome
    return outcome.backup.id


async def test_a_replaced_appliance_leaves_the_old_set_and_says_how_to_go_on(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        private = with_a_recovery_key(stage)
        async with running(stage.load()) as agent:
            await saved(agent)
        store = stage.workspace.backups
        before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
        assert {store / WRAPPED, store / MARK} <= before.keys()
        replace_the_appliance(stage)
        async with running(stage.load()) as agent:
            await until(lambda: bool(unusable(agent)))
            (text,) = unusable(agent)
            assert "backup restore-key" in text
            assert "backup new-set" in text
            outcome = await agent.backups.backups.run("gw-1", "demand")
            assert outcome.backup is None
            verifying = await asyncio.create_subprocess_exec(
                str(PROGRAM), "--socket", str(stage.workspace.api_socket), "backup", "verify", stderr=PIPE, stdout=PIPE
            )
            _, said = await verifying.communicate()
            assert verifying.returncode == 1
            assert "backup restore-key" in said.decode()
        assert {path: path.read_bytes() for path in store.rglob("*") if path.is_file()} == before
        command(stage, "backup", "restore-key", str(store), "--key", str(private))
        async with running(stage.load()) as agent:
            await until(lambda: not unusable(agent))
            again = await agent.backups.backups.run("gw-1", "demand")
            assert again.result is BackupResult.UNCHANGED  # the version of the appliance before is known
            assert await audited(agent) == [("backup restore-key", "done")]
        assert recovered(store, private, tmp_path / "recovered") == 1


async def test_a_second_set_keeps_the_first_whole(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        private = with_a_recovery_key(stage)
        async with running(stage.load()) as agent:
            await saved(agent)
        replace_the_appliance(stage)
        async with running(stage.load()) as agent:
            await until(lambda: bool(unusable(agent)))
        command(stage, "backup", "new-set")
        async with running(stage.load()) as agent:
            await until(lambda: not unusable(agent))
            await saved(agent)
            assert await audited(agent) == [("backup new-set", "done")]
        (aside,) = stage.workspace.backups.glob("set-*")
        for store in (aside, stage.workspace.backups):
            assert recovered(store, private, tmp_path / f"recovered-{store.name}") == 1


async def test_a_storage_that_is_not_mounted_is_an_alarm_and_nothing_is_written_in_its_place(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        async with running(stage.load()) as agent:
            await saved(agent)
        store = stage.workspace.backups
        store.rename(tmp_path / "elsewhere")
        store.mkdir(mode=0o700)
        async with running(stage.load()) as agent:
            await until(lambda: bool(unusable(agent)))
            assert "mount the backup storage" in unusable(agent)[0]
            with pytest.raises(StorageError, match="mount"):
                await agent.backups.storage.require()
            store.rmdir()
            (tmp_path / "elsewhere").rename(store)
            await agent.backups.storage.look()
            await until(lambda: not unusable(agent))
            await saved(agent)


async def test_a_mount_that_goes_and_comes_is_seen_by_the_next_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile nothing is written in its place, and whoever looks at a backup is told why there is none."""
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await saved(agent)
        store = stage.workspace.backups
        store.rename(tmp_path / "elsewhere")
        gone = await agent.backups.backups.run("gw-1", "demand")
        assert isinstance(gone.error, StorageError)
        assert not store.exists()
        store.mkdir(mode=0o700)
        empty = await agent.backups.backups.run("gw-1", "demand")
        assert isinstance(empty.error, StorageError)
        assert list(store.iterdir()) == []
        with pytest.raises(StorageError, match="mount the backup storage"):
            await agent.backups.backups.content("gw-1", "latest", redacted=True)
        store.rmdir()
        (tmp_path / "elsewhere").rename(store)
        monkeypatch.setattr(storage_watch, "RECENT", 0.0)
        assert (await agent.backups.backups.run("gw-1", "demand")).result is BackupResult.UNCHANGED
