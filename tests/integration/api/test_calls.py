"""What each call answers, on the local socket."""

import asyncio
import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cmsp_agent.api.app import openapi
from cmsp_agent.model.severity import Severity
from cmsp_agent.storage import outbox
from cmsp_agent.storage.tables import audit, host_keys, incidents, jobs
from tests.integration.api.conftest import TEXT, Agent, once


async def ended(client: httpx.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(5):
        while True:
            now: dict[str, Any] = (await client.get(f"/v1/jobs/{job['id']}")).json()
            if now["state"] in ("done", "failed", "cancelled"):
                return now
            await asyncio.sleep(0.01)


async def test_status_says_what_is_what(agent: Agent, local: httpx.AsyncClient) -> None:
    await agent.happen("PRI down")
    await agent.incident()
    status = (await local.get("/v1/status")).json()
    assert status["appliance"] == {"id": "apl-1", "name": "paris-hq"}
    assert status["components"] == {
        "total": 3, "unknown": 2, "up": 1, "down": 0, "degraded": 0, "management-lost": 0, "unreachable": 0
    }  # fmt: skip
    assert status["incidents"]["open"] == 1
    assert status["alarms"] == 1
    assert status["outbox"]["depth"] >= 1


async def test_metrics_are_prometheus_text(agent: Agent, local: httpx.AsyncClient) -> None:
    agent.services.counters.add("traps.received", 3, key='odd "key"\n')
    answer = await local.get("/v1/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'cmsp_traps_received_total{component="odd \\"key\\"\\n"} 3' in answer.text
    assert 'cmsp_component_state{component="gw-1",state="up"} 1' in answer.text


async def test_components_are_listed_and_shown(agent: Agent, local: httpx.AsyncClient) -> None:
    await agent.happen("PRI down")
    items = (await local.get("/v1/components")).json()["items"]
    assert [(item["name"], item["state"]) for item in items] == [
        ("gw-1", "up"),
        ("gw-2", "unknown"),
        ("sw-1", "unknown"),
    ]
    shown = (await local.get("/v1/components/gw-1")).json()
    assert shown["alarms"][0]["text"] == "PRI down"
    assert shown["latest_backup"] is None
    missing = await local.get("/v1/components/gw-9")
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:cmsp:problem:not-found")
    assert missing.json()["exit_code"] == 2
    assert "\nthere are: gw-1" in missing.json()["detail"]


async def test_kpis_between_two_times(local: httpx.AsyncClient) -> None:
    found = (
        await local.get(
            "/v1/components/gw-1/kpis", params={"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00+00:00"}
        )
    ).json()
    assert [(one["kpi"], one["object"], one["value"]) for one in found["items"]] == [
        ("cpu.load", "", 12.5),
        ("if.in.octets", "Gi0/0", 1.0),
    ]
    wrong = await local.get("/v1/components/gw-1/kpis", params={"from": "yesterday"})
    assert (wrong.status_code, wrong.json()["detail"]) == (400, "from: not an RFC 3339 time")


async def test_poll_now_is_a_job(local: httpx.AsyncClient) -> None:
    accepted = await local.post("/v1/components/gw-1/poll", headers=once())
    assert accepted.status_code == 202
    assert accepted.headers["location"] == f"/v1/jobs/{accepted.json()['id']}"
    job = await ended(local, accepted.json())
    assert (job["state"], job["percent"], job["result"], job["exit_code"]) == ("done", 100, {"snmp": True}, 0)
    assert job["by"].startswith("local:")


async def test_a_running_job_is_cancelled(local: httpx.AsyncClient) -> None:
    job = (await local.post("/v1/components/gw-2/poll", headers=once())).json()
    cancelled = await local.delete(f"/v1/jobs/{job['id']}", headers=once())
    assert cancelled.json()["state"] == "cancelled"
    again = await local.delete(f"/v1/jobs/{job['id']}", headers=once())
    assert (again.status_code, again.json()["type"]) == (409, "urn:cmsp:problem:conflict")


async def test_back_up_compare_and_show(agent: Agent, local: httpx.AsyncClient) -> None:
    path = "/v1/components/gw-1/backups"
    first = await ended(local, (await local.post(path, headers=once())).json())
    assert first["result"]["result"] == "stored"
    agent.device.text = TEXT.replace("end\n", "ip http server\nend\n").replace("s3cret-value", "other-value")
    second = await ended(local, (await local.post(path, headers=once())).json())
    versions = (await local.get(path)).json()["items"]
    assert [version["id"] for version in versions] == [second["result"]["backup"], first["result"]["backup"]]
    difference = (await local.get(f"{path}/{versions[0]['id']}/diff", params={"against": versions[1]["id"]})).text
    assert "\n+ip http server\n" in difference
    assert difference == (await local.get(f"{path}/latest/diff")).text
    assert "value" not in difference
    hidden = await local.get(f"{path}/latest/content", params={"redacted": "true"})
    assert "enable secret <hidden>" in hidden.text
    assert (await local.get(f"{path}/latest/content")).text == agent.device.text


async def test_the_newest_backups_are_rehearsed(local: httpx.AsyncClient) -> None:
    backup = await ended(local, (await local.post("/v1/components/gw-1/backups", headers=once())).json())
    one = (await local.get("/v1/backups/rehearsal", params={"component": "gw-1"})).json()["items"]
    assert [(row["backup"], row["errors"]) for row in one] == [(backup["result"]["backup"], [])]
    found = (await local.get("/v1/backups/rehearsal")).json()["items"]
    assert "sw-1" not in {row["component"] for row in found}, "who gets no backup is passed over"
    assert one[0] in found
    refused = await local.get("/v1/backups/rehearsal", params={"component": "sw-1"})
    assert refused.status_code == 403


async def test_every_list_is_the_same_by_pages_and_whole(agent: Agent, local: httpx.AsyncClient) -> None:
    for text in (TEXT, TEXT.replace("end\n", "ip http server\nend\n")):
        agent.device.text = text
        await ended(local, (await local.post("/v1/components/gw-1/backups", headers=once())).json())
    noted = await agent.incident()
    agent.alarm_state.incidents[noted.id] = noted = noted.noted("carrier called").noted("ticket opened")
    await agent.database.write(lambda tx: incidents.save(tx, noted))
    lists = {
        path: member
        for path, calls in openapi()["paths"].items()
        if {"after", "limit"} <= {each["name"] for each in calls.get("get", {}).get("parameters", ())}
        for member in ["components" if path in ("/v1/order", "/v1/backups/plan") else "items"]
        if path not in ("/v1/events", "/v1/events/stream", "/v1/events/stored")
    }
    several = set()
    for path, member in lists.items():
        where, asked = (
            path.replace("{name}", "gw-1").replace("{incident}", noted.id),
            {"text": "ip http"} if path.endswith("grep") else {},
        )
        whole = (await local.get(where, params=asked)).json()
        assert (await local.get(where, params={**asked, "after": 1000})).json()[member] == [], path
        paged: list[Any] = []
        after: int | None = 0
        while after is not None:
            page = (await local.get(where, params={**asked, "after": after, "limit": 1})).json()
            assert len(page[member]) <= 1
            paged += page[member]
            after = page["next"]
        assert paged == whole[member], path
        several |= {path} if len(paged) > 1 else set()
    assert {"/v1/components/{name}/backups/verification", "/v1/backups/rehearsal", "/v1/jobs", "/v1/order"} <= several
    assert "/v1/incidents/{incident}/notes" in several


async def test_the_notes_of_an_incident_are_bounded_and_what_went_is_counted(
    agent: Agent, local: httpx.AsyncClient
) -> None:
    made = await agent.incident()
    path = f"/v1/incidents/{made.id}"
    for number in range(40):
        wish = {"note": f"{number} " + "x" * 3_990}
        assert (await local.patch(path, json=wish, headers=once(**{"If-Match": "*"}))).status_code == 200
    shown = await local.patch(path, json={"assignee": "noc"}, headers=once(**{"If-Match": "*"}))
    document = shown.json()
    assert len(shown.content) < 60_000
    assert (len(document["notes"]), document["notes_in_all"], document["notes_dropped"]) == (10, 24, 16)
    kept = (await local.get(f"{path}/notes")).json()["items"]
    assert [f": {number} x" in kept[place] for place, number in ((0, 16), (-1, 39))] == [True, True]
    assert document["notes"] == kept[-10:]


async def test_a_storm_of_alarms_makes_no_large_incident_and_each_of_them_is_in_a_page(
    agent: Agent, local: httpx.AsyncClient
) -> None:
    ids = tuple(f"019{number:033}" for number in range(5_000))
    made = (await agent.incident()).joined(ids, ("gw-1",))
    await agent.database.write(lambda tx: incidents.save(tx, made))
    shown = await local.get(f"/v1/incidents/{made.id}")
    assert len(shown.content) < 10_000
    assert (shown.json()["alarms"], shown.json()["alarms_in_all"]) == (list(ids[-50:]), 5_000)
    assert len((await local.get("/v1/incidents")).content) < 10_000
    paged: list[str] = []
    after: int | None = 0
    while after is not None:
        page = (await local.get(f"/v1/incidents/{made.id}/alarms", params={"after": after})).json()
        paged, after = paged + page["items"], page["next"]
    assert paged == list(ids)


@pytest.mark.parametrize("name", ["Idempotency-Key", "If-Match", "Content-Type"])
async def test_a_header_that_counts_once_and_is_there_twice_is_refused(
    agent: Agent, local: httpx.AsyncClient, name: str
) -> None:
    others = [(key, value) for key, value in once().items() if key != name]
    twice = [*others, (name, "a"), (name.upper(), "b")]
    answer = await local.post("/v1/components/gw-1/poll", headers=twice)
    assert (answer.status_code, answer.json()["detail"]) == (400, f"the header {name} is there more than once")
    assert await agent.database.read(jobs.latest) == []


async def test_a_body_with_two_lengths_is_refused_and_what_follows_it_is_not_read(agent: Agent) -> None:
    reader, writer = await asyncio.open_unix_connection(agent.folder / "api.sock")
    lengths = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    hidden = "GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n"
    writer.write(
        f"POST /v1/components/gw-1/poll HTTP/1.1\r\nHost: a\r\nIdempotency-Key: k\r\n{lengths}{hidden}".encode()
    )
    said = (await asyncio.wait_for(reader.read(), 10)).decode()
    assert (said.count("HTTP/1.1 "), said.startswith("HTTP/1.1 400")) == (1, True), said
    writer.close()
    assert await agent.database.read(jobs.latest) == []


async def test_a_parameter_that_is_there_twice_is_refused(local: httpx.AsyncClient) -> None:
    answer = await local.get("/v1/events?limit=5&type=&lim%69t=6")
    assert (answer.status_code, answer.json()["detail"]) == (400, "the parameter limit is there more than once")


async def test_what_a_component_does_not_get_is_refused(local: httpx.AsyncClient) -> None:
    refused = await local.post("/v1/components/sw-1/backups", headers=once())
    assert refused.status_code == 403
    assert refused.json()["exit_code"] == 3
    assert "(source: order)" in refused.json()["detail"]


async def test_the_same_key_gives_the_first_answer_again(agent: Agent, local: httpx.AsyncClient) -> None:
    first = await local.post("/v1/components/gw-1/poll", headers=once("k1"))
    again = await local.post("/v1/components/gw-1/poll", headers=once("k1"))
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["idempotent-replayed"] == "true"
    assert len(await agent.database.read(jobs.latest)) == 1
    other = await local.post("/v1/components/gw-2/poll", headers=once("k1"))
    assert other.status_code == 409
    missing = await local.post("/v1/components/gw-1/poll")
    assert (missing.status_code, missing.json()["exit_code"]) == (400, 2)


async def test_many_at_once_with_one_key_make_one_job(agent: Agent, local: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(local.post("/v1/components/gw-1/poll", headers=once("same")) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len(await agent.database.read(jobs.latest)) == 1


async def test_events_are_paged_and_filtered(agent: Agent, local: httpx.AsyncClient) -> None:
    for number in range(5):
        await agent.happen(f"event {number}", severity=Severity.MAJOR if number % 2 else Severity.WARNING)
    latest = (await local.get("/v1/events", params={"limit": 2})).json()
    assert [event["text"] for event in latest["items"]] == ["event 3", "event 4"]
    first = (await local.get("/v1/events", params={"after": 0, "limit": 3})).json()
    assert [event["text"] for event in first["items"]] == ["event 0", "event 1", "event 2"]
    rest = (await local.get("/v1/events", params={"after": first["next"]})).json()
    assert [event["text"] for event in rest["items"]] == ["event 3", "event 4"]
    grave = (await local.get("/v1/events", params={"after": 0, "severity": "major", "component": "gw-1"})).json()
    assert [event["text"] for event in grave["items"]] == ["event 1", "event 3"]
    assert (await local.get("/v1/events", params={"component": "gw-2", "after": 0})).json()["items"] == []


async def test_the_stream_gives_what_comes_and_resumes(agent: Agent, local: httpx.AsyncClient) -> None:
    await agent.happen("before")
    seen: list[str] = []
    cursor = ""
    async with asyncio.timeout(5), local.stream("GET", "/v1/events/stream") as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == ": connected"
        await agent.happen("during")
        async for line in lines:
            seen.append(line)
            if line.startswith("id: "):
                cursor = line.removeprefix("id: ")
                break
    assert "during" in "".join(seen)
    assert "before" not in "".join(seen)
    await agent.happen("after")
    async with (
        asyncio.timeout(5),
        local.stream("GET", "/v1/events/stream", headers={"Last-Event-ID": cursor}) as answer,
    ):
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                assert '"after"' in line
                break


async def test_an_incident_is_changed_by_who_knows_its_version(agent: Agent, local: httpx.AsyncClient) -> None:
    made = await agent.incident()
    path = f"/v1/incidents/{made.number}"
    shown = await local.get(path)
    assert shown.headers["etag"] == '"1"'
    assert shown.json()["impact"]["people"] == [60, 400]
    wish = {"state": "acknowledged", "assignee": "noc-2", "note": "carrier called", "external": {"headend": "T-1"}}
    unsure = await local.patch(path, json=wish, headers=once())
    assert (unsure.status_code, unsure.json()["type"]) == (428, "urn:cmsp:problem:precondition-required")
    done = await local.patch(path, json=wish, headers=once(**{"If-Match": '"1"'}))
    assert (done.status_code, done.headers["etag"]) == (200, '"5"')
    assert (done.json()["state"], done.json()["assignee"]) == ("acknowledged", "noc-2")
    assert done.json()["external"] == {"headend": "T-1", "itsm": None}
    assert done.json()["notes"][0].endswith("carrier called")
    late = await local.patch(path, json={"note": "me too"}, headers=once(**{"If-Match": '"1"'}))
    assert late.status_code == 412
    raised = await local.patch(
        path, json={"raised_priority": "P1", "asked_by": "partner"}, headers=once(**{"If-Match": '"5"'})
    )
    assert raised.json()["priority"] == "P1"
    assert raised.json()["raised_priority"]["by"] == "partner"
    early = await local.patch(path, json={"state": "closed"}, headers=once(**{"If-Match": "*"}))
    assert early.status_code == 409
    assert (await local.get("/v1/incidents", params={"open": "true"})).json()["items"][0]["version"] == 6
    assert (await local.get("/v1/incidents")).json()["next"] is None


async def test_every_unsafe_call_is_audited_and_reported(agent: Agent, local: httpx.AsyncClient) -> None:
    await local.post("/v1/components/gw-1/poll", headers=once())
    await local.post("/v1/components/sw-1/backups", headers=once())
    await local.post("/v1/components/gw-9/poll", headers=once())
    entries = [entry for _, entry in await agent.database.read(audit.page)]
    assert [(entry.action, entry.object, entry.outcome) for entry in entries] == [
        ("POST /v1/components/gw-1/poll", "gw-1", "202"),
        ("POST /v1/components/sw-1/backups", "sw-1", "403"),
        ("POST /v1/components/gw-9/poll", "gw-9", "404"),
    ]
    assert await agent.database.read(lambda c: audit.verify(c, agent.services.audit.key)) is None
    batch = await agent.database.read(lambda c: outbox.read_batch(c, 0))
    assert batch is not None
    assert batch.body.count(b'"cmsp.audit.v1"') == 3


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("PUT", "/v1/status", 405, "method-not-allowed"),
        ("GET", "/v1/events?limit=a", 422, "invalid"),
        ("GET", "/v1/events?severity=terrible", 422, "invalid"),
        ("GET", "/v1/events?after=99999999999999999999999", 422, "invalid"),
        ("GET", "/v1/events?after=1", 400, "call-invalid"),
        ("GET", "/v1/events/stream?after=1", 400, "call-invalid"),
        ("GET", "/v1/events/stored?after=1", 400, "call-invalid"),
        ("GET", "/v1/components/gw-1/kpis?to=0001-01-01", 400, "call-invalid"),
        ("GET", "/v1/jobs/none", 404, "not-found"),
        ("GET", "/v1/incidents/INC-999999", 404, "not-found"),
    ],
)
async def test_errors_are_problems(local: httpx.AsyncClient, method: str, path: str, status: int, kind: str) -> None:
    answer = await local.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:cmsp:problem:{kind}"
    assert answer.json()["status"] == status


async def test_a_validation_problem_names_the_place_and_not_the_value(agent: Agent, local: httpx.AsyncClient) -> None:
    made = await agent.incident()
    wish = {"state": "s3cret-state", "colour": "red"}
    answer = await local.patch(f"/v1/incidents/{made.id}", json=wish, headers=once(**{"If-Match": '"1"'}))
    assert answer.status_code == 422
    assert {error["path"] for error in answer.json()["errors"]} == {"body.state", "body.colour"}
    assert "s3cret-state" not in answer.text


async def test_a_component_with_many_faults_is_shown_in_part_and_says_so(
    agent: Agent, local: httpx.AsyncClient
) -> None:
    alarm, incident = await agent.happen("PRI down"), await agent.incident()
    for number in range(150):
        key = alarm.key._replace(object=f"Se0/1/{number}:15")
        agent.alarm_state.active[key] = replace(alarm, id=f"a{number}", object=key.object)
        agent.alarm_state.incidents[f"i{number}"] = replace(incident, id=f"i{number}")
    shown = (await local.get("/v1/components/gw-1")).json()
    assert (len(shown["alarms"]), shown["alarms_in_all"]) == (100, 150)
    assert (len(shown["incidents"]), shown["incidents_in_all"]) == (100, 151)


async def test_a_large_body_is_refused(agent: Agent, local: httpx.AsyncClient) -> None:
    made = await agent.incident()
    answer = await local.patch(f"/v1/incidents/{made.id}", content=b"x" * 2_000_000, headers=once())
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:cmsp:problem:body-too-large")


@pytest.mark.parametrize("in_all", [33_000, 60_000])
async def test_headers_are_bounded_as_documented_however_they_come(
    agent: Agent, local: httpx.AsyncClient, in_all: int
) -> None:
    most = 32 * 1024
    assert (await local.get("/v1/status", headers={"X-Note": "x" * (most - 1000)})).status_code == 200
    for asked in ({"headers": {"X-Note": "x" * in_all}}, {"params": {"component": "x" * in_all}}):
        answer = await local.get("/v1/events", **asked)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["type"]) == (431, "urn:cmsp:problem:headers-too-large")


async def test_a_disk_or_a_permission_is_said_as_such(agent: Agent, local: httpx.AsyncClient) -> None:
    async def refused(*_: object) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", "/var/lib/x")

    object.__setattr__(agent.services, "kpis", refused)
    answer = await local.get("/v1/components/gw-1/kpis")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:cmsp:problem:machine")
    assert answer.json()["detail"].startswith("/var/lib/x: Permission denied; run this as root")


async def test_a_bug_shows_nothing_of_itself(agent: Agent, local: httpx.AsyncClient) -> None:
    async def broken(component: str, since: int, until: int) -> Any:
        raise ValueError("s3cret in a traceback")

    object.__setattr__(agent.services, "kpis", broken)
    answer = await local.get("/v1/components/gw-1/kpis")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:cmsp:problem:internal")
    assert "s3cret" not in answer.text


async def test_host_keys_are_shown_and_forgotten(agent: Agent, local: httpx.AsyncClient) -> None:
    key = host_keys.PinnedHostKey("ssh-ed25519", b"key", 1_767_225_600_000)
    await agent.database.write(lambda tx: host_keys.pin(tx, "10.1.0.1", key))
    shown = (await local.get("/v1/components/gw-1/host-keys")).json()["items"]
    assert shown == [
        {
            "algorithm": "ssh-ed25519",
            "fingerprint": key.fingerprint,
            "seen_at": "2026-01-01T00:00:00.000Z",
        }
    ]
    forgotten = await local.delete("/v1/components/gw-1/host-keys", headers=once())
    assert forgotten.json()["items"] == shown
    assert (await local.get("/v1/components/gw-1/host-keys")).json()["items"] == []
    [(_, entry)] = await agent.database.read(audit.page)
    assert (entry.action, entry.outcome) == ("DELETE /v1/components/gw-1/host-keys", "200")


async def test_the_configuration_has_no_secret(local: httpx.AsyncClient) -> None:
    assert (await local.get("/v1/config")).json()["credentials"] == {"ro": "!secret ro-auth"}


async def test_the_socket_is_for_owner_and_group(agent: Agent, tmp_path: Path) -> None:
    assert (tmp_path / "api.sock").stat().st_mode & 0o777 == 0o660
