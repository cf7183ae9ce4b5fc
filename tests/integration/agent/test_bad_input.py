"""Bad rules and bad messages on the running agent: refused, warned of, counted, recorded; and it goes on."""

import json
from pathlib import Path

import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.event import Event
from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.model.times import rfc3339
from tests.integration.agent.stage import staged
from tests.integration.agent.test_file_and_agent import reload, texts
from tests.integration.agent.test_lifecycle import polled, until
from tests.integration.agent.test_rules import rule
from tests.integration.agent.test_support import command
from tests.lab.site.notices import SyslogLine

MISTAKES = "filter:\n" + "".join(f"  - {{name: rule {n}, if: severty == {n}, do: drop}}\n" for n in range(20))
EXPLODING = "(a*)*(b|b?)*c{1,900}(d+)+$"
LINK = "Interface GigabitEthernet0/0/{port}, changed state to {word}"


def line(agent: Agent, port: int, word: str, at: int = 0, ago: int = 0) -> SyslogSignal:
    """A port of gw-1 goes down or up, by a message of `ago` ms before; the device's clock says `at`."""
    received = agent.runtime.clock.now() - ago
    text = LINK.format(port=port, word=word)
    return SyslogSignal("gw-1", received, "LINK-3-UPDOWN", text, severity=3, occurred_at=at or None)


def links(agent: Agent, port: int) -> list[Event]:
    held = agent.events.service.alarm_state.active
    return [event for key, event in held.items() if key.type == "link.down" and key.object.endswith(f"0/0/{port}")]


async def messages(agent: Agent) -> None:
    """A clear without a raise, clocks years off, a raise that arrives after its clear."""
    handle, counters = agent.events.service.handle, agent.runtime.counters
    await handle([line(agent, 31, "up")])
    assert counters.total("correlate.clear_without_raise") >= 1
    wrong_zone = agent.runtime.clock.now() + 2 * 3_600_000
    times = (
        (32, 1_000_000_000_000, "2001"),
        (33, 4_000_000_000_000, "2096"),
        (35, wrong_zone, rfc3339(wrong_zone)[:4]),
    )
    for port, year, shown in times:
        await handle([line(agent, port, "down", at=year)])
        [held] = links(agent, port)
        assert (held.clock, held.occurred_at) == ("unsynchronised", held.received_at)
        assert held.attributes["device_time"][:4] == shown
        await handle([line(agent, port, "up", at=year)])
        assert links(agent, port) == []
    await handle([line(agent, 34, "up"), line(agent, 34, "down", ago=60_000)])
    assert len(links(agent, 34)) == 1
    await handle([line(agent, 34, "up")])
    assert links(agent, 34) == []


async def test_bad_rules_are_refused_with_every_mistake_and_bad_messages_are_borne(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        rule(stage, "filter: []\n")
        own = stage.workspace.site_yaml.parent / "own.yaml"
        file = ("--config", str(stage.workspace.site_yaml))
        socket = ("--socket", str(stage.workspace.api_socket))
        async with running(stage.load()) as agent:
            await until(polled(agent, 8))
            own.write_text(MISTAKES, encoding="utf-8")
            code, out, err = await command("rules", "check", *file)
            assert code == 2
            assert [number for number in range(2, 22) if f"own.yaml:{number}:" not in out + err] == []
            await reload(stage, agent)
            await until(lambda: "own.yaml" in str(texts(agent, "configuration.differs")), 30)
            assert not agent.events.pipeline.rules.filters
            everything = "filter:\n  - {name: quiet, if: always, do: drop}\n"
            own.write_text(everything, encoding="utf-8")
            code, out, _ = await command("rules", "check", *file)
            assert (code, "own.yaml:2: warning" in out) == (0, True)
            await agent.events.service.handle([line(agent, 30, "down")])
            code, out, err = await command(*socket, "rules", "replay", "--json", *file)
            figures = json.loads(out)
            assert (code, figures["dropped"]) == (0, figures["events"]), err
            assert figures["by_rule"] == {"quiet": figures["events"]} != {"quiet": 0}
            await agent.events.service.handle([line(agent, 30, "up")])
            own.write_text(f"filter:\n  - {{name: greedy, if: 'text ~ \"{EXPLODING}\"', do: drop}}\n", encoding="utf-8")
            await reload(stage, agent)
            before = agent.runtime.clock.monotonic()
            await agent.events.service.handle(
                [SyslogSignal("gw-1", agent.runtime.clock.now(), "APP-3-LONG", "a" * 2_000 + "d" * 40, severity=3)]
            )
            assert agent.runtime.clock.monotonic() - before < 2
            own.write_text("filter: []\n", encoding="utf-8")
            await reload(stage, agent)
            await messages(agent)
            stage.site["gw-1"].emitter.log(SyslogLine("LINK-3-UPDOWN", LINK.format(port=35, word="down")))
            await until(lambda: len(links(agent, 35)) == 1)
        async with running(stage.load()) as agent:
            [held] = links(agent, 35)
            stage.site["gw-1"].emitter.log(SyslogLine("LINK-3-UPDOWN", LINK.format(port=35, word="down")))
            await until(lambda: links(agent, 35)[0].count > held.count)
            assert [each.id for each in links(agent, 35)] == [held.id], (
                "told again after a restart, it is the same alarm"
            )


@pytest.mark.long
async def test_ten_thousand_alarms_at_once_hold_and_end_and_all_goes_on(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))

        async def change(word: str) -> None:
            for first in range(0, 10_000, 1_000):
                now = agent.runtime.clock.now()
                await agent.events.service.handle(
                    [
                        SyslogSignal(
                            f"gw-{n % 2 + 1}", now, "LINK-3-UPDOWN",
                            f"Interface GigabitEthernet1/{n // 100}/{n % 100}, changed state to {word}", severity=3,
                        )
                        for n in range(first, first + 1_000)
                    ]
                )  # fmt: skip

        state = agent.events.service.alarm_state
        before = len(state.active)
        await change("down")
        assert len(state.active) == before + 10_000
        counted = agent.runtime.counters.total("polls.done")
        socket = ("--socket", str(stage.workspace.api_socket))
        code, out, err = await command(*socket, "status", "--json")
        assert (code, json.loads(out)["appliance"]["id"]) == (0, "demo"), err
        await until(lambda: agent.runtime.counters.total("polls.done") > counted, 30)
        await change("up")
        assert len(state.active) <= before
