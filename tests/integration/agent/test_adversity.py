"""The whole agent in bad times: a full disk, a damaged database, a planted secret, protocol violations."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cmsp_agent.app.agent import Agent, running
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_lifecycle import polled, until
from tests.lab.agent.api import AgentApi, JobFailed
from tests.lab.agent.process import AgentProcess
from tests.lab.headend.faults import Kind
from tests.lab.site.site import ACCESS_SECRETS

root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: mounts a small file system")


@contextmanager
def small_disk(at: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own that fills up quickly."""
    at.mkdir(mode=0o700, parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", at], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", at], check=True)


def fill(disk: Path) -> Path:
    """Use up every byte; returns the file to delete."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 512, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


def event_types(stage: Stage) -> list[str]:
    return [str(r.data["type"]) for r in stage.headend.store.records(APPLIANCE, "cmsp.event.v1")]


@root
@pytest.mark.root
async def test_a_full_disk_costs_what_can_not_be_written_and_nothing_else(tmp_path: Path) -> None:
    with small_disk(tmp_path / "state", 24) as disk:
        async with staged(tmp_path) as stage, running(stage.load()) as agent:
            await until(polled(agent, 16))
            ballast = fill(disk)
            lost = agent.runtime.counters
            late = lost.gauges()["polls.worst_lateness_s"]
            for _ in range(20):
                stage.site.fail_pri("gw-1")
                stage.site.restore_pri("gw-1")
                await asyncio.sleep(0.2)
            await until(lambda: lost.value("events.not_stored") > 0)
            before = lost.value("polls.done")
            await until(lambda: lost.value("polls.done") >= before + 16)
            assert lost.gauges()["polls.worst_lateness_s"] < max(late + 0.001, 2.0)
            ballast.unlink()
            stage.site.fail_pri("gw-1")
            await until(lambda: "storage.lost" in event_types(stage))
            await until(lambda: pri_down(agent))


def pri_down(agent: Agent) -> bool:
    return any(key.type == "isdn.layer2.down" for key in agent.events.service.alarm_state.active)


async def test_a_damaged_database_is_set_aside_and_reported_under_a_new_epoch(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        async with running(stage.load()) as agent:
            await until(polled(agent, 8))
            stage.site.fail_pri("gw-1")
            await until(lambda: "isdn.layer2.down" in event_types(stage))
        database = stage.workspace.state / "state.db"
        content = bytearray(database.read_bytes())
        content[2048 : len(content) // 2] = os.urandom(len(content) // 2 - 2048)
        database.write_bytes(content)
        async with running(stage.load()) as agent:
            await until(lambda: "storage.corrupt" in event_types(stage))
        epochs = stage.headend.store.records(APPLIANCE, "cmsp.epoch.v1")
        assert len({record.epoch for record in epochs}) == 2
        assert list(stage.workspace.state.glob("state.db.corrupt-*"))


async def test_protocol_violations_of_the_head_end_are_counted_and_nothing_is_lost(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))
        stage.headend.fail(Kind.VIOLATION, times=2)
        stage.site.fail_pri("gw-1")
        await until(lambda: "isdn.layer2.down" in event_types(stage), within=30)
        assert any(name.startswith("forwarder.") for name, _, _ in agent.runtime.counters.labelled())
        assert stage.headend.store.holes(APPLIANCE) == []


async def test_no_secret_is_found_anywhere_but_in_its_file(tmp_path: Path) -> None:
    """Right and wrong credentials, backups, every read of the API, the log, the databases, what the head-end has."""
    async with staged(tmp_path) as stage:
        wrong = stage.workspace.secrets / "lab-password"
        async with AgentProcess(stage.workspace), AgentApi(stage.workspace.api_socket) as api:
            await asyncio.sleep(3)
            shown = [await api.text(f"/v1/{path}") for path in ("status", "config", "components", "events", "metrics")]
            await asyncio.sleep(2)
        wrong.write_text("canary-of-a-wrong-password", encoding="utf-8")
        async with AgentProcess(stage.workspace), AgentApi(stage.workspace.api_socket) as api:
            with pytest.raises(JobFailed) as refused:
                await api.job("/v1/components/gw-1/backups")
            shown += [str(refused.value), await api.text("/v1/events"), await api.text("/v1/status")]
        shown.append(stage.workspace.log.read_text(errors="replace"))
        shown += [str(record.data) for record in stage.headend.store.records(APPLIANCE)]
        files = [path for path in stage.workspace.folder.rglob("*") if path.is_file()]
        kept = [path for path in files if stage.workspace.secrets not in path.parents]
        stored = b"".join(path.read_bytes() for path in kept)
        for canary in (*ACCESS_SECRETS.values(), "canary-of-a-wrong-password"):
            assert not [text[:80] for text in shown if canary in text]
            assert canary.encode() not in stored


def damage_every_table(path: Path) -> list[str]:
    """Make the body of one row of each table unreadable, the outbox and the values with it; return the tables."""
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_schema where type = 'table'")]
        touched = []
        for name in names:
            columns = [str(row[1]) for row in connection.execute(f"pragma table_info({name})")]
            column = next((c for c in ("body", "engine_id", "ran_at", "base", "detail", "seen_at") if c in columns), "")
            if column:
                key = ", ".join(str(row[1]) for row in connection.execute(f"pragma table_info({name})") if row[5])
                where = f"({key}) in (select {key} from {name} limit 1)"
                if connection.execute(f"update {name} set {column} = 'garbage' where {where}").rowcount:
                    touched.append(str(name))
        connection.commit()
    return touched


async def test_a_damaged_row_of_every_table_costs_itself_only(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        async with running(stage.load()) as agent:
            await until(polled(agent, 16))
            stage.headend.cut()
            stage.site.fail_pri("gw-1")
            await until(lambda: len(agent.events.service.alarm_state.active) > 0)
        touched = damage_every_table(stage.workspace.state / "state.db")
        assert {"events", "incidents", "inventory", "outbox", "epochs"} <= set(touched)
        with closing(sqlite3.connect(stage.workspace.state / "series.db")) as connection:
            first = "(component, at) in (select component, at from samples order by component, at limit 1)"
            connection.execute(f"update samples set packed = 'garbage' where {first}")
            connection.commit()
        stage.headend.restore()
        async with running(stage.load()) as agent:
            await until(polled(agent, 16))
            await until(lambda: "storage.row_damaged" in event_types(stage))
            await until(
                lambda: any("a damaged row of samples is set aside" in str(each["text"]) for each in reported(stage))
            )
            await until(lambda: agent.link.forwarder is not None and agent.link.forwarder.connected)
        assert stage.headend.store.holes(APPLIANCE) == []


@root
@pytest.mark.root
async def test_a_start_on_a_full_disk_comes_up_and_tells_what_waited(tmp_path: Path) -> None:
    with small_disk(tmp_path / "state", 40) as disk:
        async with staged(tmp_path) as stage:
            async with running(stage.load()) as agent:
                await until(polled(agent, 16))
                stage.headend.cut()
                stage.site.fail_pri("gw-1")
                await until(lambda: len(agent.events.service.alarm_state.active) > 0)
            fill(disk)
            stage.headend.restore()
            async with running(stage.load()) as agent:
                await until(polled(agent, 16))
                await until(lambda: any("isdn" in kind for kind in event_types(stage)))
            assert stage.headend.store.holes(APPLIANCE) == []


@root
@pytest.mark.root
async def test_a_read_only_state_is_reported_with_what_helps_and_the_site_is_watched(tmp_path: Path) -> None:
    with small_disk(tmp_path / "state", 64) as disk:
        async with staged(tmp_path) as stage:
            async with running(stage.load()) as agent:
                await until(polled(agent, 16))
                await until(lambda: len(stage.headend.store.records(APPLIANCE, "cmsp.epoch.v1")) == 1)
            remount(disk, "ro")
            async with running(stage.load()) as agent:
                await until(polled(agent, 16))
                stage.site.fail_pri("gw-1")
                await until(lambda: any("isdn" in kind for kind in event_types(stage)))
                (said,) = [record for record in reported(stage) if record["type"] == "storage.not_writable"]
                assert "mounted read-only" in str(said["text"])
                assert f"mount -o remount,rw {disk}" in str(said["text"])
            remount(disk, "rw")
            async with running(stage.load()) as agent:
                await until(polled(agent, 16))
                stage.site.restore_pri("gw-1")
                forwarder = agent.link.forwarder
                await until(lambda: forwarder is not None and forwarder.connected)
                await until(lambda: len(stage.headend.store.records(APPLIANCE, "cmsp.epoch.v1")) == 2)
            assert stage.headend.store.holes(APPLIANCE) == []


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def reported(stage: Stage) -> list[dict[str, object]]:
    return [record.data for record in stage.headend.store.records(APPLIANCE, "cmsp.event.v1")]


OTHER = """
import os, sys
from contextlib import ExitStack
from pathlib import Path
from cmsp_agent.storage.state_directory import usable_state_directory
os.setuid(65534)
with ExitStack() as stack:
    directory = usable_state_directory(Path(sys.argv[1]), stack, 0, {})
    print(directory.problem)
    print(directory.path != Path(sys.argv[1]) and os.access(directory.path, os.W_OK))
"""


@root
@pytest.mark.root
def test_a_state_owned_by_root_is_reported_with_what_helps() -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        (Path(name) / "state.db").touch(mode=0o600)
        ending = subprocess.run([sys.executable, "-c", OTHER, name], capture_output=True, text=True, check=True)
    problem, writable = ending.stdout.splitlines()
    assert "belongs to root" in problem
    assert f"chown -R nobody: {name}" in problem
    assert writable == "True"
