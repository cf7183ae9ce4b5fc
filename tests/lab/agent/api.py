"""Ask the running agent over its Unix socket, in the shapes of its API; what is shown of it is a `Picture`."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx

from tests.lab.agent.picture import AgentFigures, ComponentRow, EventRow, IncidentRow, LinkRow, Picture

ANSWER_WITHIN = 10.0
JOB_WITHIN = 60.0
NEWEST = 60
_METRIC = re.compile(r"^cmsp_(\w+?)(?:_total)?(?:\{.*\})? ([0-9.e+-]+)$", re.MULTILINE)


class JobFailed(Exception):
    """A job that the agent had accepted did not end well."""


class AgentApi:
    """A client of one agent. Use it as ``async with AgentApi(socket) as agent``."""

    def __init__(self, socket: Path) -> None:
        transport = httpx.AsyncHTTPTransport(uds=str(socket))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=ANSWER_WITHIN)

    async def __aenter__(self) -> Self:
        """Nothing is asked yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, **query: str | int) -> Any:
        """GET a JSON document.

        Raises:
            httpx.HTTPError: no answer, or a status of 400 and more.
        """
        answer = await self._http.get(path, params=query)
        answer.raise_for_status()
        return answer.json()

    async def status(self, method: str, path: str) -> tuple[int, str]:
        """Ask; what it answers, refusals too."""
        wish: dict[str, bool] = {"dry_run": True}
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        answer = await self._http.request(method, path, json=wish if method == "POST" else None, headers=headers)
        return answer.status_code, answer.text

    async def text(self, path: str, **query: str | int) -> str:
        """GET a text."""
        answer = await self._http.get(path, params=query)
        answer.raise_for_status()
        return answer.text

    async def job(self, path: str) -> Mapping[str, Any]:
        """POST what becomes a job, and wait for its end; returns its result.

        Raises:
            JobFailed: it failed, was cancelled, or takes more than `JOB_WITHIN` seconds.
        """
        answer = await self._http.post(path, headers={"Idempotency-Key": uuid.uuid4().hex})
        answer.raise_for_status()
        job = answer.json()
        deadline = asyncio.get_running_loop().time() + JOB_WITHIN
        while job["state"] in ("queued", "running"):
            if asyncio.get_running_loop().time() > deadline:
                raise JobFailed(f"{path}: still {job['state']} after {JOB_WITHIN:g} s")
            await asyncio.sleep(0.1)
            job = await self.get(f"/v1/jobs/{job['id']}")
        if job["state"] != "done":
            raise JobFailed(f"{path}: {job['error'] or job['state']}")
        result: Mapping[str, Any] = job["result"]
        return result

    async def picture(self) -> Picture:
        """What the agent knows now."""
        status, components, events, incidents = await asyncio.gather(
            self.get("/v1/status"),
            self.get("/v1/components"),
            self.get("/v1/events", limit=NEWEST),
            self.get("/v1/incidents"),
        )
        versions = await self._versions(components["items"])
        outbox = status["outbox"]
        return Picture(
            tuple(_component(one, len(versions.get(one["name"], []))) for one in components["items"]),
            tuple(_incident(one) for one in incidents["items"]),
            tuple(_event(one) for one in reversed(events["items"])),
            LinkRow(True, outbox["depth"], outbox["last"], outbox["durable"]),
        )

    async def back_up(self, name: str) -> None:
        """Take a backup now and wait for its end."""
        await self.job(f"/v1/components/{name}/backups")

    async def versions(self, name: str) -> list[dict[str, Any]]:
        """The versions of a component's configuration, the newest first."""
        items: list[dict[str, Any]] = (await self.get(f"/v1/components/{name}/backups"))["items"]
        return items

    async def difference(self, name: str) -> str:
        """What the newest version of a configuration changed."""
        newest, older, *_ = await self.versions(name)
        return await self.text(f"/v1/components/{name}/backups/{newest['id']}/diff", against=older["id"])

    async def counters(self) -> dict[str, float]:
        """Its counters by name, keys added up."""
        totals: dict[str, float] = {}
        for name, value in _METRIC.findall(await self.text("/v1/metrics")):
            totals[name] = totals.get(name, 0.0) + float(value)
        return totals

    async def event_ids(self) -> list[str]:
        """The ids of all events."""
        found: list[str] = []
        after = 0
        while True:
            page = await self.get("/v1/events", after=after, limit=1000)
            found += [event["id"] for event in page["items"]]
            if not page["items"]:
                return found
            after = page["next"]

    async def figures(self) -> AgentFigures:
        """What it says of itself at the end."""
        status, counters = await self.get("/v1/status"), await self.counters()
        components = (await self.get("/v1/components"))["items"]
        versions = await self._versions(components)
        return AgentFigures(
            traps=int(counters.get("traps_received", 0)),
            syslog=int(counters.get("syslog_messages", 0)),
            events=await self.event_ids(),
            recorded=status["outbox"]["last"],
            acknowledged=status["outbox"]["durable"],
            backups=sum(map(len, versions.values())),
            snmp_up=sum(one["type"] != "reachability" and one["state"] == "up" for one in components),
        )

    async def _versions(self, components: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        names = [one["name"] for one in components if one["type"] == "cisco_ios"]
        return dict(zip(names, await asyncio.gather(*map(self.versions, names)), strict=True))


def _component(one: Mapping[str, Any], backups: int) -> ComponentRow:
    return ComponentRow(one["name"], one["site"], one["type"], one["state"], backups)


def _incident(one: Mapping[str, Any]) -> IncidentRow:
    impact = one["impact"]
    return IncidentRow(
        one["number"],
        one["state"],
        one["priority"],
        one["urgency"],
        impact["level"],
        one["title"],
        next(iter(one["components"]), ""),
        tuple(impact["people"]),
        tuple(impact["sites"]),
        tuple(impact["components"]),
    )


def _event(one: Mapping[str, Any]) -> EventRow:
    return EventRow(
        one["id"],
        one["received_at"],
        one["component"],
        one["type"],
        one["object"],
        one["state"],
        one["severity"],
        tuple(one["sources"]),
        one["count"],
        one["text"],
        one["suppressed_by"] is not None,
    )
