"""The file is read-only, gone, or its history is damaged: the agent goes on and says what helps."""

from pathlib import Path

import pytest

from cmsp_agent.app.agent import running
from cmsp_agent.app.loading import load_or_roll_back
from tests.integration.agent.stage import staged
from tests.integration.agent.test_adversity import remount, small_disk
from tests.integration.agent.test_commit_confirmed import called, prepared, put
from tests.integration.agent.test_file_and_agent import texts
from tests.integration.agent.test_lifecycle import polled, until


@pytest.mark.root
async def test_a_read_only_folder_and_a_file_that_is_gone(tmp_path: Path) -> None:
    with small_disk(tmp_path / "etc", 4) as etc:
        async with staged(tmp_path) as stage:
            prepared(stage)
            text = stage.workspace.site_yaml.read_text()
            file = etc / "site.yaml"
            file.write_text(text)
            remount(etc, "ro")
            async with running(load_or_roll_back(file, {})) as agent, called(stage, agent) as noc:
                await until(polled(agent, 8))
                wanted = text.replace("name: Example SA", "name: Example Ltd")
                refused = await put(noc, wanted, 0)
                assert refused.status_code >= 400
                assert "mounted read-only" in refused.text
                remount(etc, "rw")
                file.unlink()
                agent.site_file.look()
                await until(lambda: "it is gone; put it back" in str(texts(agent, "configuration.differs")))
                assert (await noc.get("/v1/config")).json()["file"] == str(file)
                assert (await put(noc, wanted, 0)).status_code == 200
                assert file.read_text() == wanted
                await until(lambda: texts(agent, "configuration.differs") == {})


async def test_a_damaged_history_begins_anew_and_uses_no_number_twice(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        prepared(stage)
        text = stage.workspace.site_yaml.read_text()
        async with running(stage.load()) as agent, called(stage, agent) as noc:
            first = await put(noc, text.replace("Example SA", "Example Ltd"), 0)
            number = first.json()["revision"]
        index = stage.workspace.site_yaml.parent / "revisions" / "index.json"
        index.write_text('{"last": ')
        async with running(load_or_roll_back(stage.workspace.site_yaml, {})) as agent, called(stage, agent) as noc:
            await until(polled(agent, 8))
            second = await put(noc, text.replace("Example SA", "Example GmbH"), 0)
            assert second.json()["revision"] > number
            assert index.with_name("index.json.damaged").read_text() == '{"last": '
