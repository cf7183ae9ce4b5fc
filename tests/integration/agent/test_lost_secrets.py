"""An appliance that lost secrets: it starts, says which and what helps, and watches all that needs none of them."""

from pathlib import Path

import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.app.loading import load_or_roll_back
from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.storage.sealed.vault import FILE
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_file_and_agent import reload, texts
from tests.integration.agent.test_lifecycle import polled, until
from tests.lab.site.site import ACCESS_SECRETS
from tests.unit.cli.fakes import cmsp_agent

NAME = "lab-community"


def store(stage: Stage) -> None:
    """Set the secret as a person does."""
    file = str(stage.workspace.site_yaml)
    assert cmsp_agent("secret", "set", NAME, "-c", file, typed=ACCESS_SECRETS[NAME]).code == 0


def states(agent: Agent) -> dict[str, str]:
    return {alarm.component: alarm.text for alarm in agent.events.service.alarm_state.active.values()}


@pytest.mark.parametrize("loss", ["garbage", pytest.param("gone", marks=pytest.mark.long)])
async def test_a_vault_that_is_lost_costs_what_needs_it(tmp_path: Path, loss: str) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        (stage.workspace.secrets / NAME).unlink()
        with pytest.raises(ConfigurationError, match=f"there is no secret '{NAME}'"):
            load_or_roll_back(stage.workspace.site_yaml, {})  # a first start is not one that lost something
        store(stage)
        async with running(stage.load()) as agent:
            await until(polled(agent, 8))
        vault = stage.workspace.state / FILE
        vault.write_text("garbage") if loss == "garbage" else vault.unlink()
        why = "the vault is damaged" if loss == "garbage" else f"there is no secret '{NAME}'"
        async with running(load_or_roll_back(stage.workspace.site_yaml, {})) as agent:
            await until(lambda: "component.degraded" in {key.type for key in agent.events.service.alarm_state.active})
            [said] = texts(agent, "secret.unusable").values()
            assert why in said
            assert "cmsp-agent secret set" in said
            troubled = {"vg-1", "ups-1", "sbc-1", "gw-3"}
            await until(lambda: states(agent).keys() == {"", *troubled})
            assert all(why in states(agent)[name] for name in troubled)
            stage.site.fail_pri("gw-1")
            await until(lambda: "isdn.layer2.down" in {key.type for key in agent.events.service.alarm_state.active})
            stage.site.restore_pri("gw-1")
            store(stage)
            await reload(stage, agent)
            await until(lambda: not agent.events.service.alarm_state.active, 30)


async def test_a_running_agent_says_that_a_restart_would_lose_secrets(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))
        kept = stage.workspace.secrets / NAME
        kept.chmod(0o644)
        agent.site_file.look_at_secrets()
        await until(lambda: "chmod 600" in str(texts(agent, "secret.unusable")))
        kept.chmod(0o600)
        agent.site_file.look_at_secrets()
        await until(lambda: texts(agent, "secret.unusable") == {})


async def test_a_master_key_that_is_lost_costs_what_it_sealed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        (stage.workspace.secrets / NAME).unlink()
        store(stage)
        async with running(stage.load()):
            pass
        key = stage.workspace.state / "master.key"
        kept = key.read_text(encoding="utf-8")
        key.write_text("garbage", encoding="utf-8")
        async with running(load_or_roll_back(stage.workspace.site_yaml, {})) as agent:
            await until(lambda: texts(agent, "secret.unusable").keys() == {"master key"})
            assert f"{key}: not a key in hexadecimal" in texts(agent, "secret.unusable")["master key"]
            await until(lambda: texts(agent, "backups.storage") != {})
            [storage] = texts(agent, "backups.storage").values()
            assert "put the right file back" in storage, "no backup is sealed with a key of this run only"
            await until(polled(agent, 8))
            assert not {"gw-1", "gw-2", "sw-1"} & states(agent).keys()
        assert not list(stage.workspace.backups.rglob("*.key"))
        key.write_text(kept, encoding="utf-8")
        async with running(stage.load()) as agent:
            await until(lambda: not agent.events.service.alarm_state.active, 30)
