"""The running agent: the call paths to the emergency number of a site, and the alarm when the last one is gone."""

from pathlib import Path
from typing import Any

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.priority import Urgency
from cmsp_agent.services.emergency.start import EmergencyPart
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_causes import held, polls
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_support import command
from tests.lab.agent.api import AgentApi
from tests.lab.site.happenings import (
    FIRST_PRI,
    HISTORY_LENGTH,
    SECOND_PRI,
    Happening,
    call,
    ended_call,
    pri_layer2,
    srst,
)
from tests.lab.site.notices import SyslogLine, number

LOST = ("gw-1", "emergency.lost", False)


def watch(agent: Agent) -> EmergencyPart:
    return next(part for part in agent.parts if isinstance(part, EmergencyPart))


async def states(agent: Agent, site: str) -> dict[str, bool]:
    [found] = [each for each in await watch(agent).watch.call_paths() if each.site == site]
    return {path.dial_peer: path.works for path in found.call_paths if path.component == "gw-1"}


async def test_the_last_way_to_the_emergency_number(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        site = agent.configuration.components["gw-1"].site
        await polls(agent, {"gw-1"}, 1)
        assert await states(agent, site) == {}, "nothing is known before its configuration was saved"
        await agent.backups.backups.run("gw-1", "demand")
        assert await states(agent, site) == {"112": True, "113": True}

        async def look() -> None:
            watch(agent).watch.settle(await watch(agent).watch.call_paths())

        stage.site.happen("gw-1", pri_layer2(FIRST_PRI, up=False))
        await until(lambda: ("gw-1", "isdn.layer2.down", False) in held(agent), 30)
        await look()
        assert await states(agent, site) == {"112": False, "113": True}
        assert LOST not in held(agent)
        stage.site.happen("gw-1", pri_layer2(SECOND_PRI, up=False))
        await until(
            lambda: len(agent.events.service.alarm_state.active.of("gw-1").get("isdn.layer2.down", {})) == 2, 30
        )
        await look()
        await until(lambda: LOST in held(agent), 30)
        stage.site.happen("gw-1", pri_layer2(FIRST_PRI, up=True))
        await until(
            lambda: len(agent.events.service.alarm_state.active.of("gw-1").get("isdn.layer2.down", {})) == 1, 30
        )
        await look()
        await until(lambda: LOST not in held(agent), 30)


async def test_call_paths_that_a_change_took_away_are_a_critical_incident(tmp_path: Path) -> None:
    """No fault tells of it: one dial-peer was shut down, the other deleted while the agent was off."""

    def own(agent: Agent) -> list[Incident]:
        return [
            one
            for one in agent.events.service.alarm_state.incidents.values()
            if "emergency number" in one.title and one.state.open
        ]

    async with staged(tmp_path) as stage:
        async with running(stage.load()) as agent:
            await polls(agent, {"gw-1"}, 1)
            await agent.backups.backups.run("gw-1", "demand")
            stage.site["gw-1"].configure(["dial-peer voice 113 pots", " shutdown"])
            await agent.backups.backups.run("gw-1", "demand")
            assert await states(agent, agent.configuration.components["gw-1"].site) == {"112": True, "113": False}
        stage.site["gw-1"].configure(["no dial-peer voice 112 pots", "no dial-peer voice 113 pots"])
        async with running(stage.load()) as agent:
            await polls(agent, {"gw-1"}, 1)
            await agent.backups.backups.run("gw-1", "demand")
            await until(lambda: LOST in held(agent), 30)
            await until(lambda: bool(own(agent)), 10)
            [incident] = own(agent)
            assert (incident.urgency, incident.components) == (Urgency.CRITICAL, ("gw-1",))
            async with AgentApi(stage.workspace.api_socket) as api:
                found = {each["site"]: each["state"] for each in (await api.get("/v1/emergency"))["items"]}
            assert found == {"paris": "lost", "lyon": "unknown", "lille": "unknown", "nice": "unknown"}
            stage.site["gw-1"].configure(["dial-peer voice 114 pots", " destination-pattern 112", " port 0/1/0:15"])
            await agent.backups.backups.run("gw-1", "demand")
            await until(lambda: LOST not in held(agent), 30)
            assert not own(agent)
            async with AgentApi(stage.workspace.api_socket) as api:
                [paris] = [each for each in (await api.get("/v1/emergency"))["items"] if each["site"] == "paris"]
            doubts = {each["dial_peer"]: each["doubt"] for each in paris["call_paths"]}
            assert doubts["114"].startswith("sends no digit"), "the new one strips what its pattern names"


CHANNEL = "Serial0/1/0:7"


def say(*lines: SyslogLine) -> Happening:
    return Happening(says=lines)


async def test_a_call_while_the_site_is_cut_off_is_on_record_and_known_to_the_head_end(tmp_path: Path) -> None:
    """By the gateway's messages and by its history. Other numbers than the emergency number are nowhere."""
    async with staged(tmp_path) as stage:
        stage.site["gw-1"].age(600)
        stage.site.happen("gw-1", Happening({HISTORY_LENGTH: number(500)}))
        async with running(stage.load()) as agent:
            await calls_are_kept(stage, agent)


async def calls_are_kept(stage: Stage, agent: Agent) -> None:
    await polls(agent, {"gw-1"}, 1)
    stage.site.happen("gw-1", srst(active=True))
    await until(lambda: ("gw-1", "srst.active", False) in held(agent), 30)
    stage.site.happen("gw-1", say(call("5550123", "Serial0/1/0:2")))
    stage.site.happen("gw-1", say(call("0112", CHANNEL), call("0112", CHANNEL, 12)))

    def reported() -> list[dict[str, Any]]:
        events = stage.headend.store.records(APPLIANCE, "cmsp.event.v1")
        return [each.data for each in events if each.data["type"].startswith("emergency.call")]

    await until(lambda: len(reported()) == 2, 30)
    began, over = reported()
    assert (began["component"], began["state"], began["attributes"]["port"]) == ("gw-1", "info", CHANNEL)
    assert over["text"].endswith("while the site was cut off, over after 12 s")
    assert not [each for each in stage.headend.store.records(APPLIANCE) if "5550123" in str(each.data)]
    for row, called in enumerate(("5550199", "9112"), 1):
        stage.site.happen("gw-1", ended_call(row, called, SECOND_PRI.channel, stage.site["gw-1"].uptime(), 90))
    await until(lambda: len(reported()) == 3, 30)
    by_history = reported()[2]["attributes"]
    assert (by_history["port"], by_history["seconds"], by_history["source"]) == (
        SECOND_PRI.d_channel,
        "90",
        "call history",
    )
    assert by_history["cause"] == "16 normal call clearing"
    assert not [each for each in stage.headend.store.records(APPLIANCE) if "5550199" in str(each.data)]
    async with AgentApi(stage.workspace.api_socket) as api:
        found, last = sorted(
            (await api.get("/v1/emergency/calls"))["items"], key=lambda each: each["sources"], reverse=True
        )
        shown = await api.get("/v1/components/gw-1")
    assert (last["number"], last["sources"]) == ("112", ["call history"])
    assert (found["number"], found["port"], found["seconds"], found["sources"]) == ("112", CHANNEL, 12, ["syslog"])
    assert sorted(each["port"] for each in shown["emergency_calls"]) == [CHANNEL, SECOND_PRI.d_channel]
    assert "sensor.temperature" in shown["unsupported"]
    code, out, _ = await command("--socket", str(stage.workspace.api_socket), "component", "show", "gw-1")
    assert code == 0
    assert CHANNEL in out
