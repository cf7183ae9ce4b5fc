"""Put the demonstration together: head-end, site, agent, story, books. Returns whether all of it came true."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console

from tests.lab.agent.api import AgentApi, JobFailed
from tests.lab.agent.process import AgentProcess
from tests.lab.agent.workspace import HeadendAccess, Workspace, free_udp_ports
from tests.lab.demo.books import HeadendFigures, checks
from tests.lab.demo.director import Director, SceneFailed
from tests.lab.demo.narrator import narrator
from tests.lab.demo.poster import draw
from tests.lab.demo.scenes import SCENES
from tests.lab.demo.site_file import demo_yaml
from tests.lab.demo.summary import print_checks, print_figures, print_next
from tests.lab.headend.server import Headend
from tests.lab.site.emitter import Receivers
from tests.lab.site.site import ACCESS_SECRETS, Site

APPLIANCE = "demo"
SETTLED_WITHIN = 10.0
POSTER_SCENE = 6
LONGEST = 80.0
"""Seconds that the story may take."""


@dataclass(slots=True)
class Troupe:
    """All that plays."""

    workspace: Workspace
    headend: Headend
    site: Site
    agent: AgentApi
    process: AgentProcess


async def play(console: Console, keep: bool, poster: Path | None = None) -> bool:
    """Play the story once.

    Args:
        console: where it is shown.
        keep: go on until interrupted, so that one can look around.
        poster: where to draw the moment when the gateway is dead.

    Returns:
        Whether every scene came to its end and every figure agrees.
    """
    folder = Path(tempfile.mkdtemp(prefix="cmsp-demo-"))
    try:
        async with AsyncExitStack() as stack:
            troupe = await _gather(folder, stack)
            good = await _perform(console, troupe, poster)
            print_next(console, troupe.workspace, keep)
            if keep:
                await _until_interrupted()
            return good
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _gather(folder: Path, stack: AsyncExitStack) -> Troupe:
    workspace, ports = Workspace(folder), free_udp_ports()
    headend = stack.enter_context(Headend(folder / "headend"))
    identity = headend.client(APPLIANCE)
    access = HeadendAccess(headend.url, identity.certificate, identity.key, headend.authority.path)
    site = Site(Receivers(("127.0.0.1", ports.traps), ("127.0.0.1", ports.syslog)))
    workspace.write(demo_yaml(workspace, site.definition, site.access, ports, access), ACCESS_SECRETS)
    await stack.enter_async_context(site)
    process = await stack.enter_async_context(AgentProcess(workspace))
    agent = await stack.enter_async_context(AgentApi(workspace.api_socket))
    return Troupe(workspace, headend, site, agent, process)


async def _perform(console: Console, troupe: Troupe, poster: Path | None) -> bool:
    began = time.monotonic()
    with narrator(console) as voice:
        director = Director(troupe.site, troupe.headend, troupe.agent, voice, APPLIANCE)
        try:
            async with asyncio.timeout(LONGEST):
                await director.play(SCENES)
        except TimeoutError:
            failure = f"the story was not at its end after {LONGEST:g} s"
        except (SceneFailed, JobFailed, httpx.HTTPError) as error:
            failure = str(error)
        else:
            failure = ""
    if failure:
        console.print(f"\nThe demonstration failed: {failure}", style="bold red", markup=False)
        console.print(troupe.process.last_words(), markup=False, highlight=False)
        return False
    if poster is not None:
        draw(director.outcomes[POSTER_SCENE], "make demo", poster)
    return await _balance(console, troupe, time.monotonic() - began)


async def _balance(console: Console, troupe: Troupe, took: float) -> bool:
    await _settle(troupe)
    agent, ledger = await troupe.agent.figures(), troupe.site.ledger
    store = troupe.headend.store
    headend = HeadendFigures(store.records(APPLIANCE), store.durable(APPLIANCE).durable, len(store.holes(APPLIANCE)))
    counters = await troupe.agent.counters()
    balance = checks(ledger, agent, headend)
    print_figures(
        console,
        (
            (
                "polled",
                f"{counters.get('polls_done', 0):.0f} polls, {ledger.total('snmp.answered')} SNMP requests answered",
            ),
            ("stored", f"{len(agent.events)} events, {agent.backups} configurations, {agent.recorded} records"),
            ("forwarded", f"{len(headend.records)} records, over one cut of the link"),
            ("acknowledged", f"up to record {agent.acknowledged}"),
            ("took", f"{took:.0f} s"),
        ),
    )
    print_checks(console, balance)
    return all(check.right for check in balance)


async def _settle(troupe: Troupe) -> None:
    """Wait until nothing is on its way any more."""
    for _ in range(int(SETTLED_WITHIN / 0.1)):
        if not (await troupe.agent.picture()).link.waiting:
            return
        await asyncio.sleep(0.1)


async def _until_interrupted() -> None:
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, interrupted.set)
    await interrupted.wait()
