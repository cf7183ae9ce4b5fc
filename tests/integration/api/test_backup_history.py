"""Calls about what became of a configuration, what the store needs, and texts that come and go in the clear."""

from typing import Any

import httpx

from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.storage.tables import audit, events
from tests.integration.api.conftest import TEXT, Agent, once
from tests.integration.api.test_calls import ended

PATH = "/v1/components/gw-1/backups"


async def taken(local: httpx.AsyncClient) -> dict[str, Any]:
    """A backup on demand."""
    return dict((await ended(local, (await local.post(PATH, headers=once())).json()))["result"])


def report(agent: Agent, text: str) -> Event:
    now = agent.services.clock.now()
    warning, info = Severity.WARNING, Transition.INFO
    return Event(
        "e-1", "gw-1", "paris", "", "config.changed", warning, info, now, now, "received", (Source.SYSLOG,), text
    )


async def test_who_changed_what_and_when(agent: Agent, local: httpx.AsyncClient) -> None:
    first = await taken(local)
    said = report(agent, "Configured from console by alice on vty0 (192.0.2.7)")
    await agent.database.write(lambda tx: events.insert(tx, said))
    agent.device.text = TEXT.replace("end\n", "interface Gi0/0\n shutdown\nend\n")
    second = await taken(local)
    newest, oldest = (await local.get(f"{PATH}/changes")).json()["items"]
    assert (newest["backup"], newest["before"]) == (second["backup"], first["backup"])
    assert (newest["added"], newest["removed"], newest["sections"]) == (2, 0, ["interface"])
    assert [each["text"] for each in newest["reports"]] == [said.text]
    assert (oldest["before"], oldest["reports"]) == (None, [])


async def test_what_runs_now_is_compared_with_what_is_stored(agent: Agent, local: httpx.AsyncClient) -> None:
    await taken(local)
    agent.device.text = TEXT.replace("end\n", "ip http server\nend\n")
    assert "\n+ip http server\n" in (await local.get(f"{PATH}/running/diff")).text
    assert "\n-ip http server\n" in (await local.get(f"{PATH}/latest/diff", params={"against": "running"})).text
    assert len((await local.get(PATH)).json()["items"]) == 1, "looking stores nothing"


async def test_the_storage_that_a_retention_needs(local: httpx.AsyncClient) -> None:
    await taken(local)
    plan = (await local.get("/v1/backups/plan")).json()
    assert plan["retention"] == {"last": 10, "daily": 30, "weekly": 12, "monthly": 13, "yearly": 5}
    assert plan["versions_at_most"] == 72
    row = next(row for row in plan["components"] if row["component"] == "gw-1")
    assert (row["versions"], row["size"], row["assumed"]) == (1, len(TEXT), False)
    more = (await local.get("/v1/backups/plan", params={"last": 82})).json()
    assert more["needed"] == plan["needed"] * 2
    assert plan["enough"]


async def test_a_text_is_taken_in_as_a_version_and_audited(agent: Agent, local: httpx.AsyncClient) -> None:
    await taken(local)
    text = TEXT.replace("end\n", "ip http server\nend\n")
    stored = await local.put(f"{PATH}/imported", content=text, headers=once())
    assert (stored.status_code, stored.json()["reason"]) == (200, "import")
    assert (await local.get(f"{PATH}/latest/content", params={"redacted": "false"})).text == text
    entries = await agent.database.read(lambda connection: audit.page(connection))
    actions = [entry.action for _, entry in entries]
    assert f"PUT {PATH}/imported" in actions
    assert any(action.endswith("/latest/content") for action in actions), "looking at secrets is audited"


async def test_half_a_configuration_is_not_taken_in(local: httpx.AsyncClient) -> None:
    refused = await local.put(f"{PATH}/imported", content="hostname gw-1\n", headers=once())
    assert "the text says 'hostname gw-1'" in refused.text
    assert refused.status_code >= 400
    assert (await local.get(PATH)).json()["items"] == []
