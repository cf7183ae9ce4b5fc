"""Heartbeats to a real head-end, and the head-end itself: as a process, told what to do over its control port."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import zstandard

from cmsp_agent.model.errors import HeadendUnreachable
from cmsp_agent.services.link import Budget, Heartbeat
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox import gaps
from cmsp_agent.transports.headend import ClientCertificates, HeadendClient
from tests.integration.link.conftest import APPLIANCE, Site
from tests.lab.certificates import Authority
from tests.lab.headend import Headend, Kind

ROOT = Path(__file__).resolve().parents[3]


def client(headend: Headend, authority: Authority | None = None) -> HeadendClient:
    identity = (authority or headend.authority).client(APPLIANCE, f"urn:cmsp:appliance:{APPLIANCE}")
    certificates = ClientCertificates((headend.authority).path, identity.certificate, identity.key)
    return HeadendClient([headend.url], APPLIANCE, certificates, total=3)


async def test_a_heartbeat_is_sent_on_reconnection_and_on_change(site: Site) -> None:
    content = {"version": "1", "incidents": [{"number": "INC-000001", "priority": "P1"}]}

    async def document() -> dict[str, Any]:
        return content

    await site.start()
    heartbeat = Heartbeat(site.client, document, site.clock, site.counters)
    task = asyncio.create_task(heartbeat.run())
    await site.until(lambda: site.headend.store.heartbeats(APPLIANCE))
    assert site.headend.store.heartbeats(APPLIANCE)[0] == content
    site.headend.fail(Kind.STATUS, 500, times=2, method="PUT")
    heartbeat.soon()
    await site.until(lambda: len(site.headend.store.heartbeats(APPLIANCE)) >= 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_heartbeat_that_is_not_taken_makes_an_idle_forwarder_ask_and_move_on(site: Site) -> None:
    async def document() -> dict[str, Any]:
        return {}

    await site.start(["https://localhost:1", site.headend.url])
    await site.until(lambda: site.forwarder.connected)
    heartbeat = Heartbeat(site.client, document, site.clock, site.counters, on_failed=site.forwarder.doubt)
    task = asyncio.create_task(heartbeat.run())
    site.headend.cut()
    heartbeat.soon()
    await site.until(lambda: ("headend.lost", True) in site.noted.alarms)
    assert not site.forwarder.connected
    site.headend.restore()
    await site.until(lambda: site.forwarder.connected)
    heartbeat.soon()
    await site.until(lambda: site.headend.store.heartbeats(APPLIANCE))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_backlog_larger_than_its_budget_becomes_a_gap_at_the_head_end(site: Site) -> None:
    await site.append(6000, size=300)
    budget = Budget(site.database, 1_000_000, site.noted, site.clock, site.counters)
    while await budget.keep():
        pass
    assert await site.database.read(gaps.size) <= 1_000_000
    await site.start()
    await site.drained()
    (gap,) = site.reported_of("cmsp.gap.v1")
    assert gap["first"] == 1
    assert gap["reason"] == "disk budget used up"
    assert sum(gap["counts"]["cmsp.audit.v1"].values()) + len(site.reported()) == 6000
    assert site.headend.store.holes(APPLIANCE) == []
    assert [kind for kind, _ in site.noted.notes] == ["outbox.evicted"]


async def test_eviction_while_it_drains_loses_only_what_it_says(site: Site) -> None:
    budget = Budget(site.database, 200_000, site.noted, site.clock, site.counters)
    await site.start()
    for _ in range(40):
        await site.append(300, size=300)
        await budget.keep()
    await site.drained()
    assert site.headend.store.holes(APPLIANCE) == []
    assert (await site.database.read(outbox.backlog)).last == 12001


async def test_a_head_end_of_another_authority_is_not_talked_to(tmp_path: Path) -> None:
    with Headend(tmp_path / "theirs") as headend:
        mine = Authority(tmp_path / "mine")
        identity = mine.client(APPLIANCE, "urn:x")
        stranger = HeadendClient(
            [headend.url], APPLIANCE, ClientCertificates(mine.path, identity.certificate, identity.key), total=3
        )
        with pytest.raises(HeadendUnreachable, match="certificate verify failed"):
            await stranger.durable()
        await stranger.close()


@pytest.mark.parametrize("bad", ["expired", "foreign"])
async def test_a_bad_certificate_of_ours_is_refused(tmp_path: Path, bad: str) -> None:
    with Headend(tmp_path / "theirs") as headend:
        authority = Authority(tmp_path / "mine") if bad == "foreign" else headend.authority
        identity = authority.client("bad", f"urn:cmsp:appliance:{APPLIANCE}", days=-1 if bad == "expired" else 1)
        refused = HeadendClient(
            [headend.url],
            APPLIANCE,
            ClientCertificates(headend.authority.path, identity.certificate, identity.key),
            total=3,
        )
        with pytest.raises(HeadendUnreachable):
            await refused.durable()
        await refused.close()


async def test_renewed_certificates_are_used(tmp_path: Path) -> None:
    with Headend(tmp_path) as headend:
        identity = headend.authority.client(APPLIANCE, f"urn:cmsp:appliance:{APPLIANCE}", days=-1)
        asking = HeadendClient(
            [headend.url],
            APPLIANCE,
            ClientCertificates(headend.authority.path, identity.certificate, identity.key),
            total=3,
        )
        with pytest.raises(HeadendUnreachable):
            await asking.durable()
        headend.client(APPLIANCE)
        asking.renew(ClientCertificates(headend.authority.path, identity.certificate, identity.key))
        assert (await asking.durable()).document == {"epoch": None, "durable": 0}
        await asking.close()


async def test_other_urls_are_asked_after_a_reload(tmp_path: Path) -> None:
    with Headend(tmp_path) as headend:
        identity = headend.client(APPLIANCE)
        certificates = ClientCertificates(headend.authority.path, identity.certificate, identity.key)
        asking = HeadendClient(["https://localhost:1"], APPLIANCE, certificates, total=3)
        with pytest.raises(HeadendUnreachable):
            await asking.durable()
        asking.use([headend.url], certificates)
        assert (await asking.durable()).status == 200
        asking.use(["https://localhost:1", headend.url], certificates)
        assert asking.url == headend.url
        await asking.close()


async def test_closing_ends_a_request_that_hangs(tmp_path: Path) -> None:
    with Headend(tmp_path) as headend:
        headend.fail(Kind.SILENCE, method="GET")
        hanging = client(headend)
        asked = asyncio.create_task(hanging.durable())
        await asyncio.sleep(0.3)
        started = asyncio.get_running_loop().time()
        await hanging.close()
        with pytest.raises(HeadendUnreachable):
            await asked
        assert asyncio.get_running_loop().time() - started < 2


def test_the_environment_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none"))

    async def ask() -> int:
        with Headend(tmp_path) as headend:
            asking = client(headend)
            reply = await asking.durable()
            await asking.close()
            return reply.status

    assert asyncio.run(ask()) == 200


def test_as_a_process_with_its_control_port(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.lab.headend", "--directory", str(tmp_path), "--appliance", "apl-7"],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        reported = json.loads(process.stdout.readline())
        control = f"http://127.0.0.1:{reported['control']}"
        session = requests.Session()
        session.trust_env = False
        session.verify, session.cert = reported["ca"], (reported["certificate"], reported["key"])
        url = f"{reported['url']}/v1/appliances/apl-7"
        events = [
            {
                "specversion": "1.0",
                "id": "1",
                "source": "/x",
                "type": "cmsp.epoch.v1",
                "time": "2026-01-01T00:00:00.000Z",
                "epoch": "E",
                "sequence": "0" * 19 + "1",
                "data": {"previous_epoch": None, "last_sequence": 0, "reason": "created"},
            }
        ]
        body = zstandard.compress(json.dumps(events).encode())
        answer = session.post(f"{url}/events", data=body, headers={"Content-Encoding": "zstd"})
        assert answer.json() == {"epoch": "E", "durable": 1}
        summary = session.get(f"{control}/summary", params={"appliance": "apl-7"}).json()
        assert summary == {"epoch": "E", "durable": 1, "records": {"cmsp.epoch.v1": 1}, "holes": []}
        assert session.get(f"{control}/records", params={"appliance": "apl-7"}).json()[0]["sequence"] == 1
        session.post(f"{control}/fail", json={"kind": "status", "value": 429, "text": "3", "method": "GET"})
        refused = session.get(url)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3")
        session.post(f"{control}/cut")
        with pytest.raises(requests.ConnectionError):
            session.get(url)
        session.post(f"{control}/restore")
        assert session.get(url).json()["durable"] == 1
        session.post(f"{control}/lose")
        assert session.get(url).json() == {"epoch": None, "durable": 0}
        assert session.post(f"{control}/nonsense").status_code == 404
        session.close()
    finally:
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
