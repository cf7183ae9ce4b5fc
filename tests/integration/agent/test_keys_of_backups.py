"""The keys of the backups, from the agent to another machine: made, shown once, replaced."""

import subprocess
from pathlib import Path

from cmsp_agent.app.agent import running
from cmsp_agent.model.backup import BackupResult
from cmsp_agent.services.audit_beside import FOLDER
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_backup_storage import audited, command, recovered, saved
from tests.integration.agent.test_lifecycle import until
from tests.integration.cli.test_agent import PROGRAM


def recovery_key(stage: Stage) -> Path:
    """The private half as it was shown, once; the file names the public half."""
    public = stage.workspace.folder / "recovery.pem"
    words = [str(PROGRAM), "backup", "recovery-key", str(public)]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
    private = stage.workspace.folder / "private.pem"
    private.write_text(shown[: shown.index("-----END PRIVATE KEY-----")] + "-----END PRIVATE KEY-----\n")
    assert subprocess.run(words, capture_output=True, timeout=60, check=False).returncode == 1, "it is made once"
    stage.rewrite("storage: {", f"storage: {{recovery_key: {public}, ")
    return private


def at_headend(stage: Stage) -> list[str]:
    """The commands that were reported to the head-end."""
    reported = [record.data for record in stage.headend.store.records(APPLIANCE, "cmsp.audit.v1")]
    return [data["action"] for data in reported if not data["who"].startswith("cmsp-agent")]


def restored_and_damaged(stage: Stage, private: Path) -> None:
    """A command that fails, and what a command left that can't be read."""
    words = [str(PROGRAM), "backup", "restore-key", str(stage.workspace.backups), "--key", str(private)]
    words += ["-c", str(stage.workspace.site_yaml)]
    refused = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert "has that master key already" in refused.stderr
    (stage.workspace.state / FOLDER / "zz-damaged.json").write_text("{")


async def test_a_replaced_master_key_and_a_new_machine_open_every_backup(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        private = recovery_key(stage)
        async with running(stage.load()) as agent:
            await saved(agent)
        store, state = stage.workspace.backups, stage.workspace.state
        before = (state / "master.key").read_bytes()
        assert "1 contents of 1 components" in command(stage, "backup", "rotate-key")
        assert (state / "master.key").read_bytes() != before
        restored_and_damaged(stage, private)
        async with running(stage.load()) as agent:
            expected = [("backup rotate-key", "done"), ("backup restore-key", "failed"), ("command", "failed")]
            assert await audited(agent) == expected
            assert (await agent.in_force.audit_log(agent.runtime).verify(None)).row is None
            await until(lambda: [action for action, _ in expected] == at_headend(stage))
            outcome = await agent.backups.backups.run("gw-1", "demand")
            assert outcome.result is BackupResult.UNCHANGED, "a new data key makes no new version"
            assert await agent.backups.backups.content("gw-1", "latest", redacted=False)
            await agent.backups.nightly()
            assert len(await agent.backups.backups.versions("gw-1")) == 1
        assert recovered(store, private, tmp_path / "recovered") == 1
