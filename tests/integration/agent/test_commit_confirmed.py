"""Commit confirmed, on the running agent: a configuration that cuts the link is taken back by itself, and says why."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.app.loading import load_or_roll_back
from cmsp_agent.services.revisions import start
from cmsp_agent.storage.revisions import RevisionFiles
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_file_and_agent import reload, texts
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_support import command
from tests.integration.api.conftest import once

NOC = "urn:cmsp:appliance:noc"
ANY = {"If-Match": "*"}


@asynccontextmanager
async def called(stage: Stage, agent: Agent) -> AsyncIterator[httpx.AsyncClient]:
    """The NOC's client, through the tunnel's end."""
    import ssl

    identity = stage.headend.client("noc")
    context = ssl.create_default_context(cafile=str(stage.headend.authority.path))
    context.load_cert_chain(identity.certificate, identity.key)
    url = f"https://127.0.0.1:{agent.api.server.port}"
    async with httpx.AsyncClient(verify=context, base_url=url, timeout=20, trust_env=False) as client:
        yield client


def prepared(stage: Stage) -> None:
    stage.rewrite("api: {", f'api: {{roles: {{"{NOC}": admin}}, ')
    stage.rewrite("customer:", "# the partner's own comment\ncustomer:")


async def put(client: httpx.AsyncClient, text: str, within: float) -> httpx.Response:
    return await client.put("/v1/config", params={"confirm_within": within}, content=text, headers=once(**ANY))


async def test_a_history_that_can_not_be_kept_is_an_alarm_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "AGAIN_AFTER", 0.2)
    async with staged(tmp_path) as stage:
        folder = stage.workspace.site_yaml.with_name("revisions")
        folder.write_text("a file where the folder should be")
        async with running(stage.load()) as agent:
            stage.rewrite("heartbeat: 5s", "heartbeat: 5s  # edited")
            await reload(stage, agent)
            await until(lambda: "not in the history" in str(texts(agent, "configuration.not_kept")))
            assert str(folder) in str(texts(agent, "configuration.not_kept"))
            folder.unlink()
            await until(lambda: texts(agent, "configuration.not_kept") == {})
        assert len(RevisionFiles(stage.workspace.site_yaml.parent).revisions()) == 1


async def test_a_configuration_that_cuts_the_link_is_taken_back(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        prepared(stage)
        before = stage.workspace.site_yaml.read_text()
        async with running(stage.load()) as agent, called(stage, agent) as noc:
            await until(lambda: agent.link.forwarder is not None and agent.link.forwarder.connected)
            cutting = before.replace(stage.headend.url, "https://127.0.0.1:1").replace(f'"{NOC}": admin', "")
            done = await put(noc, cutting, 2.0)
            assert done.status_code == 200, done.text
            assert done.json()["unconfirmed"]["rolls_back_in_seconds"] <= 2.0
            assert agent.configuration.headend.urls == ("https://127.0.0.1:1",)
            assert (await noc.post("/v1/config/confirm", headers=once())).status_code == 403  # it has no role any more
            stage.rewrite("customer:", "customer:  # edited while it waited")
            await until(lambda: agent.configuration.headend.urls == (stage.headend.url,), within=10)
            await until(lambda: agent.link.forwarder is not None and agent.link.forwarder.connected, within=30)
            assert stage.workspace.site_yaml.read_text() == before
            reported = (await noc.get("/v1/outcomes")).json()["items"]
            assert [(row["outcome"], row["step"]) for row in reported] == [
                ("rolled back", "confirm"),
                ("unconfirmed", "use"),
            ]
            assert "not confirmed in time" in reported[0]["reason"]
            assert (edited := f"kept as revision {reported[0]['revision'] + 1}") in reported[0]["reason"], edited
            kept = (await noc.get(f"/v1/config/revisions/{reported[0]['revision'] + 1}")).text
            assert "# edited while it waited" in kept
            await until(lambda: any("rolled back" in str(record) for record in recorded(stage)), within=20)
        # reported again after a restart that it may have caused
        async with running(stage.load()) as agent:
            await until(lambda: any("reported again after a restart" in str(one) for one in recorded(stage)), within=20)


def recorded(stage: Stage) -> list[Any]:
    """What the head-end holds of the rolled-back configuration."""
    records = stage.headend.store.records("demo", "cmsp.event.v1")
    return [record for record in records if "configuration.rolled_back" in str(record)]


async def test_confirmed_it_stays_and_the_partners_comments_survive(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        prepared(stage)
        text = stage.workspace.site_yaml.read_text()
        bare = "".join(f"{line}\n" for line in text.splitlines() if not line.lstrip().startswith("#")).replace(
            "5s", "7s"
        )
        here = ("--socket", str(stage.workspace.api_socket), "config")
        async with running(stage.load()) as agent, called(stage, agent) as noc:
            assert (await put(noc, f"# made by the NOC\n{bare}", 30)).status_code == 200
            again = await put(noc, bare, 30)
            assert (again.status_code, "waits for its confirmation" in again.text) == (409, True)
            code, _, err = await command(*here, "confirm")
            assert (code, "through the tunnel" in err or "confirmed through it" in err) == (3, True)
            confirmed = (await noc.post("/v1/config/confirm", headers=once())).json()
            assert confirmed["state"] == "confirmed"
            assert "headend.heartbeat: takes effect at the next start only" in str(confirmed["notes"]), "not tried yet"
            now = stage.workspace.site_yaml.read_text()
            assert "# the partner's own comment" in now
            assert "heartbeat: 7s" in now
            stale = {**once(), "If-Match": '"0123"'}
            assert (await noc.put("/v1/config", content=text, headers=stale)).status_code == 412
            assert (await noc.put("/v1/config", content=text, headers=once())).status_code == 428
            broken = await put(noc, now.replace("customer:", "custommer:"), 30)
            assert (broken.status_code, "custommer" in broken.json()["detail"]) == (422, True)
            assert stage.workspace.site_yaml.read_text() == now
            checked = await noc.post("/v1/config/check", content="appliance: 7\n", headers=once())
            assert checked.json()["valid"] is False
            assert {problem["path"] for problem in checked.json()["problems"]} >= {"appliance"}
            listed = [(row["number"], row["state"]) for row in (await noc.get("/v1/config/revisions")).json()["items"]]
            assert listed == [(3, "refused"), (2, "confirmed"), (1, "applied")]
            changed = (await noc.get("/v1/config/revisions/2/diff")).text
            assert "\n+  heartbeat: 7s" in changed or "heartbeat: 7s" in changed
            code, out, _ = await command(*here, "history")
            assert (code, "refused" in out, "check" in out) == (0, True, True)
            status = (await noc.get("/v1/status")).json()["configuration"]
            assert status["last"]["outcome"] == "refused"
            file = tmp_path / "new.yaml"
            file.write_text(now.replace("7s", "9s"))
            code, out, err = await command(*here, "apply", str(file), "--confirm-within", "60")
            assert (code, "confirm it within" in out) == (0, True), err
            assert (await command(*here, "confirm"))[0] == 0


async def test_a_restart_goes_back_where_it_can_not_start_and_in_time_where_it_can(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        prepared(stage)
        before = stage.workspace.site_yaml.read_text()
        async with running(stage.load()) as agent, called(stage, agent) as noc:
            assert (await put(noc, before.replace("heartbeat: 5s", "heartbeat: 8s"), 600)).status_code == 200
        # killed meanwhile; the new file names a certificate that is gone
        stage.rewrite("heartbeat: 8s", "heartbeat: nonsense")
        loaded = await asyncio.to_thread(load_or_roll_back, stage.workspace.site_yaml, {})
        assert loaded.configuration.headend.heartbeat == 5.0
        assert stage.workspace.site_yaml.read_text() == before
        [last, *_] = RevisionFiles(stage.workspace.site_yaml.parent).outcomes()
        assert (last.outcome, last.step) == ("rolled back", "start")
        async with running(loaded) as agent, called(stage, agent) as noc:
            assert (await put(noc, before.replace("heartbeat: 5s", "heartbeat: 8s"), 3)).status_code == 200
        async with running(stage.load()) as agent:
            assert agent.configuration.headend.heartbeat == 8.0
            await until(lambda: agent.configuration.headend.heartbeat == 5.0, within=10)
