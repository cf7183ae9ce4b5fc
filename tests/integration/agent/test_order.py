"""The running agent does what was bought: what a component does not get is not done, and who asks is told why."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.entitlement import ServicePart
from cmsp_agent.model.errors import Refused
from cmsp_agent.services.kpis.history import Question
from cmsp_agent.services.machine import REAL
from cmsp_agent.services.order.start import OrderPart
from cmsp_agent.services.order.watch import OrderWatch
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_causes import held, polls
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_status import reported
from tests.lab.agent.api import AgentApi
from tests.lab.site.happenings import FIRST_PRI, pri_layer2

FUNCTIONS = "functions: {pstn: primary, emergency: primary, fax: secondary}"


class LaterClock(SystemClock):
    """The machine's clock, and so many days more."""

    days = 0

    def now(self) -> int:
        return super().now() + self.days * 86_400_000


def granted(stage: Stage, settings: str) -> None:
    """What the file says of gw-1 beside the rest."""
    stage.rewrite(FUNCTIONS, f"{FUNCTIONS}, {settings}")


def agent_watch(agent: Agent) -> OrderWatch:
    return next(part for part in agent.parts if isinstance(part, OrderPart)).watch


def held_of(agent: Agent, name: str) -> set[str]:
    return {kind for component, kind, _ in held(agent) if component == name}


async def test_a_monitored_only_component_is_up_or_down_and_nothing_else(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        granted(stage, "tier: monitored-only")
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        async with running(stage.load()) as agent:
            await polls(agent, {"gw-1", "gw-2"}, 3)
            stage.site.happen("gw-1", pri_layer2(FIRST_PRI, up=False))
            await polls(agent, {"gw-1"}, 2)
            assert {key for key in held(agent) if key[0] == "gw-1"} == set()
            now = agent.runtime.clock.now()
            found = await agent.kpis.history.read(Question("gw-1", now - 3_600_000, now, "", ()))
            assert found.lines == {}, "no figure is asked of it, and none is kept"
            with pytest.raises(Refused, match=r"source: tier"):
                await agent.backups.backups.run("gw-1", "demand")
            asked = await reported(stage, "component", "kpis", "gw-1", errors=True)
            assert asked[0] == 3
            assert "gw-1: no kpis: monitored-only components don't get it unless the order says otherwise" in asked[1]
            assert (await reported(stage, "threshold", "list", "--component", "gw-1"))[0] == 3
            shown = await reported(stage, "order", "services", "--component", "gw-1")
            assert "monitored-only" in shown[1]
            await stage.site["gw-1"].die()
            await until(lambda: "management.lost" in held_of(agent, "gw-1"), 30)


async def test_a_letter_ends_and_is_renewed_by_a_reload_and_monitoring_never_stops(tmp_path: Path) -> None:
    clock = LaterClock()
    last = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=5)
    async with staged(tmp_path) as stage:
        letter = f"authorisation: {{letter: LOA-7, until: {last}}}"
        granted(stage, f"tier: third-party, services: {{backup: {{restore: true}}}}, {letter}")
        async with running(stage.load(), replace(REAL, clock=clock)) as agent:
            await until(lambda: held_of(agent, "gw-1") == {"authorisation.ends"}, 20)
            assert (await agent.backups.backups.run("gw-1", "demand")).error is None

            clock.days = 6
            await agent_watch(agent).look()
            assert held_of(agent, "gw-1") == {"authorisation.ends"}, "a clock that nobody confirms ends nothing"
            await agent.events.known_time.confirm()
            agent_watch(agent).wakeup.wake()
            await until(lambda: held_of(agent, "gw-1") == {"authorisation.ended"}, 20)
            await until(lambda: agent.devices.devices.components["gw-1"].authorised is False)
            refused, said = await reported(stage, "backup", "run", "gw-1", errors=True)
            assert refused == 3
            assert f"letter LOA-7 ended on {last} (source: letter of authorisation)" in said
            with pytest.raises(Refused, match="LOA-7"):
                agent.backups.restores.require("gw-1")
            await polls(agent, {"gw-1"}, 2)
            stage.site.happen("gw-1", pri_layer2(FIRST_PRI, up=False))
            await until(lambda: "isdn.layer2.down" in held_of(agent, "gw-1"), 30)
            [incident] = agent.events.service.alarm_state.incidents.values()
            assert "The partner calls the vendor." in incident.recommendation

            stage.rewrite(f"until: {last}", "until: 2100-01-01")
            await agent.reload()
            await until(lambda: "authorisation.ended" not in held_of(agent, "gw-1"), 20)
            assert (await agent.backups.backups.run("gw-1", "demand")).error is None
            [incident] = agent.events.service.alarm_state.incidents.values()
            assert "Coordinate it with the vendor." in incident.recommendation


ASKED = {
    ServicePart.KPIS: (("GET", "kpis"), ("GET", "/v1/thresholds?component=gw-1")),
    ServicePart.BACKUP: (("POST", "backups"),),
    ServicePart.CHANGE: (("POST", "backups/b-1/restore"),),
}
"""The calls for each part of the service that can be asked for."""
TIERS = {
    "managed": {ServicePart.KPIS, ServicePart.BACKUP, ServicePart.CHANGE},
    "third-party": {ServicePart.KPIS},
    "end-of-life": {ServicePart.KPIS},
    "monitored-only": set(),
    "best-effort": {ServicePart.KPIS},
}
BY_ORDER = "services: {kpis: true, backup: {restore: true}}"


async def test_each_tier_and_the_order_over_it_permit_and_refuse_every_call(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        granted(stage, "tier: managed")
        was = "tier: managed"
        async with running(stage.load()) as agent, AgentApi(stage.workspace.api_socket) as api:
            for tier, parts in TIERS.items():
                for ordered in ("", f", {BY_ORDER}"):
                    stage.rewrite(was, was := f"tier: {tier}{ordered}")
                    await agent.use(stage.load())
                    letter = tier == "third-party" and ordered
                    everything = {ServicePart.KPIS} if letter else set(ASKED)
                    permitted = everything if ordered else parts
                    for part, calls in ASKED.items():
                        for method, path in calls:
                            code, said = await api.status(
                                method, path if path[0] == "/" else f"/v1/components/gw-1/{path}"
                            )
                            assert (code == 403) == (part not in permitted), (tier, ordered, path, said)
                            source = "letter of authorisation" if letter else "tier"
                            assert code != 403 or f"(source: {source})" in said, (tier, ordered, path, said)
