"""The running agent and what a partner says of an incident: declared low, with who and when."""

import uuid
from pathlib import Path

import httpx

from cmsp_agent.app.agent import running
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.priority import Priority
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_causes import held, up
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_status import reported


async def ask(stage: Stage, incident: Incident, wish: dict[str, object]) -> httpx.Response:
    """Ask for a change of an incident as it is now."""
    transport = httpx.AsyncHTTPTransport(uds=str(stage.workspace.api_socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://agent") as client:
        path = f"/v1/incidents/{incident.id}"
        etag = (await client.get(path)).headers["etag"]
        headers = {"If-Match": etag, "Idempotency-Key": str(uuid.uuid4())}
        return await client.patch(path, json=wish, headers=headers)


async def test_a_partner_declares_an_incident_low_and_who_and_when_is_kept_over_a_restart(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            await stage.site["gw-3"].die()
            await until(lambda: ("gw-3", "component.down", False) in held(agent), 30)
            [incident] = agent.events.service.alarm_state.incidents.values()
            assert incident.priority < Priority.P4
            refused = await ask(stage, incident, {"raised_priority": "P4"})
            assert refused.status_code in (409, 422), refused.text
            assert "can only be raised" in refused.text
            change = ("incident", "change", incident.number, "--low", "--asked-by", "Ms Martin, partner", "--start")
            code, out = await reported(stage, *change)
            assert (code, out.partition(";")[0].strip()) == (0, f"{incident.number}: in-progress")
            code, _ = await reported(stage, "incident", "change", incident.number)
            assert code == 2, "nothing to change"
        async with running(stage.load()) as agent:
            [kept] = agent.events.service.alarm_state.incidents.values()
            assert kept.declared_low is not None
            assert kept.priority is Priority.P4
            assert kept.declared_low.by == "Ms Martin, partner"
            assert abs(kept.declared_low.at - agent.runtime.clock.now()) < 60_000
            _, shown = await reported(stage, "incident", "show", kept.number)
            assert "by Ms Martin, partner, at 20" in shown, shown
            assert "declared low Ms Martin, partner" in shown, "in the timeline"

            def known() -> bool:
                records = [each.data for each in stage.headend.store.records(APPLIANCE)]
                return any(each.get("priority") == "P4" for each in records)

            await until(known)
