"""The running agent: what changes of a device is an event, in the history, and at the head-end, whole at first."""

from pathlib import Path
from typing import Any

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.services.inventory.start import InventoryPart
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_causes import polls
from tests.integration.agent.test_lifecycle import until
from tests.lab.site.happenings import Happening
from tests.lab.site.notices import TICKS, words
from tests.lab.site.walk import Typed

ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
CHANGED = "1.3.6.1.2.1.47.1.4.1.0"


def inventory(agent: Agent) -> InventoryPart:
    return next(part for part in agent.parts if isinstance(part, InventoryPart))


def records(stage: Stage, name: str) -> list[dict[str, Any]]:
    found = stage.headend.store.records(APPLIANCE, "cmsp.inventory.v1")
    return [each.data for each in found if each.data["component"] == name]


def as_the_headend_has_it(stage: Stage, name: str) -> dict[str, Any]:
    """The records applied in their order: a whole inventory, then changes."""
    known: dict[str, Any] = {}
    for data in records(stage, name):
        known = dict(data["facts"]) if data["full"] else {**known, **data["facts"]}
    return {member: value for member, value in known.items() if value is not None}


async def kept(agent: Agent, name: str) -> dict[str, Any]:
    found = (await inventory(agent).book.everything())[name]
    return {member: value for member, value in found.items() if not member.endswith("_seen")}


async def history(agent: Agent, name: str) -> list[tuple[str, str, str, str]]:
    return [(each.what, each.object, each.before, each.after) for each in await inventory(agent).book.history(name)]


async def change(stage: Stage, agent: Agent, ticks: int, objects: dict[str, Typed]) -> None:
    """A person changes parts; the device says that its ENTITY-MIB has changed, and a person looks."""
    stage.site.happen("gw-1", Happening({CHANGED: Typed(TICKS, ticks), **objects}))
    await agent.polling.poller.poll_now("gw-1")
    await agent.polling.poller.poll_now("gw-1")


def events(stage: Stage) -> set[tuple[str, str, str]]:
    found = stage.headend.store.records(APPLIANCE, "cmsp.event.v1")
    return {(each.data["component"], each.data["type"], each.data["object"]) for each in found}


async def test_a_swapped_part_an_upgrade_and_another_serial(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await polls(agent, {"gw-1"}, 2)
        await agent.backups.backups.run("gw-1", "demand")
        await inventory(agent).upkeep.look()
        first = await kept(agent, "gw-1")
        assert {part["name"] for part in first["entities"]} >= {"Chassis", "NIM subslot 0/1"}
        assert {peer["tag"] for peer in first["dial_peers"]} >= {"112", "113"}
        assert await history(agent, "gw-1") == [], "what is learned for the first time is no change"

        await change(stage, agent, 100, {f"{ENTITY}.11.9000": words("FOCNEW")})
        [(what, name, before, after)] = await history(agent, "gw-1")
        assert (what, name) == ("part", "NIM subslot 0/1")
        assert "FOCNEW" not in before
        assert "FOCNEW" in after
        await until(lambda: ("gw-1", "part.changed", "NIM subslot 0/1") in events(stage), 20)

        descr = "1.3.6.1.2.1.1.1.0"
        await change(stage, agent, 200, {descr: words("Cisco IOS Software [Cupertino], Version 17.12.1, RELEASE")})
        await change(stage, agent, 300, {f"{ENTITY}.11.1": words("FDO0000NEW")})
        kinds = [what for what, *_ in await history(agent, "gw-1")]
        assert kinds.count("serial") == 1
        assert kinds.count("software") >= 1
        reported = {("gw-1", "software.changed", ""), ("gw-1", "device.replaced", "")}
        await until(lambda: reported <= events(stage), 20)

        now = await kept(agent, "gw-1")
        await until(lambda: as_the_headend_has_it(stage, "gw-1").get("serial") == "FDO0000NEW", 20)
        outside = as_the_headend_has_it(stage, "gw-1")
        plan = ("dial_peers", "translation_rules")
        assert {k: v for k, v in outside.items() if k not in plan} == {k: v for k, v in now.items() if k not in plan}
        assert [data["full"] for data in records(stage, "gw-1")].count(True) == 1
        assert agent.devices.seen.of("gw-1")[0] is not None


async def test_a_component_that_goes_and_one_whose_contract_is_renewed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        functions = "functions: {pstn: primary, emergency: primary, fax: secondary}"
        stage.rewrite(functions, f"{functions}, support: {{contract: CON-1, until: 2027-01-31}}")
        async with running(stage.load()) as agent:
            await polls(agent, {"gw-1", "sw-1"}, 1)
            await inventory(agent).upkeep.look()
            await until(lambda: as_the_headend_has_it(stage, "gw-1").get("support") is not None, 20)
            seen = agent.devices.seen.of("gw-1")
            assert seen[0] is not None
            stage.rewrite("until: 2027-01-31", "until: 2028-01-31")
            await agent.use(stage.load())
            await inventory(agent).upkeep.look()
            assert await history(agent, "gw-1") == [
                ("support contract", "", "CON-1, until 2027-01-31", "CON-1, until 2028-01-31")
            ]
            await until(lambda: as_the_headend_has_it(stage, "gw-1")["support"]["until"] == "2028-01-31", 20)
        async with running(stage.load()) as agent:
            assert agent.devices.seen.of("gw-1")[0] == seen[0], "the first time is kept"
            count = len(records(stage, "gw-1"))
            await inventory(agent).upkeep.look()
            await polls(agent, {"gw-1"}, 2)
            assert len(records(stage, "gw-1")) == count, "nothing is sent again where nothing changed"
            lines = stage.workspace.site_yaml.read_text(encoding="utf-8").splitlines(keepends=True)
            [gone] = [line for line in lines if line.strip().startswith("ups-1:")]
            stage.rewrite(gone, "")
            await agent.use(stage.load())
            await until(lambda: records(stage, "ups-1")[-1] == {"component": "ups-1", "full": True, "facts": {}}, 20)
