"""The keys of the backups, from the agent to another machine: made, shown once, replaced."""

import subprocess
from pathlib import Path

from cmsp_agent.app.agent import running
from cmsp_agent.model.backup import BackupResult
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_backup_storage import command, recovered, saved
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


async def test_a_replaced_master_key_and_a_new_machine_open_every_backup(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        private = recovery_key(stage)
        async with running(stage.load()) as agent:
            await saved(agent)
        store, state = stage.workspace.backups, stage.workspace.state
        before = (state / "master.key").read_bytes()
        assert "1 contents of 1 components" in command(stage, "backup", "rotate-key")
        assert (state / "master.key").read_bytes() != before
        async with running(stage.load()) as agent:
            outcome = await agent.backups.backups.run("gw-1", "demand")
            assert outcome.result is BackupResult.UNCHANGED, "a new data key makes no new version"
            assert await agent.backups.backups.content("gw-1", "latest", redacted=False)
            await agent.backups.nightly()
            assert len(await agent.backups.backups.versions("gw-1")) == 1
        assert recovered(store, private, tmp_path / "recovered") == 1
