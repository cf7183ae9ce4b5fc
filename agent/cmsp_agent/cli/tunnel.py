"""`cmsp-agent tunnel …`: hold the tunnel (for its unit), say how it is, try what it carries."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.cli.jobs import await_job, raise_if_failed
from cmsp_agent.cli.session import AsJson, CommandContext, Config, session
from cmsp_agent.config.site_path import DEFAULT_FILE

HealthFile = Annotated[
    Path, typer.Option("--health", metavar="FILE", help="Where the tunnel's process says how it is.")
]
HEALTH = Path("/run/cmsp-tunnel/health.json")


def tunnel_run(
    context: typer.Context,
    directory: Annotated[
        Path | None, typer.Option("--directory", metavar="DIR", help="Its settings; default: systemd's credentials.")
    ] = None,
    interface: Annotated[str, typer.Option("--interface", metavar="NAME", help="The tunnel's interface.")] = "cmsp0",
    health: HealthFile = HEALTH,
    api_port: Annotated[int, typer.Option("--api-port", min=1, max=65535, help="The API's, for the head-end.")] = 8443,
    every: Annotated[float, typer.Option("--every", min=0.1, max=60, help="Seconds between two probes.")] = 10.0,
) -> None:
    """Hold the tunnel, in the foreground: what cmsp-tunnel.service runs."""
    del context
    from cmsp_agent.services.tunnel.unit import TunnelUnit, documents, notify
    from cmsp_agent.transports.wireguard import WireguardLink

    folder = directory or Path(os.environ.get("CREDENTIALS_DIRECTORY", ""))
    to = os.environ.get("NOTIFY_SOCKET", "")
    unit = TunnelUnit(documents(folder), WireguardLink(interface), health, lambda: notify("READY=1\nWATCHDOG=1", to))
    asyncio.run(_until_stopped(lambda: unit.run(api_port, every)))


async def _until_stopped(work: Callable[[], Coroutine[Any, Any, NoReturn]]) -> None:
    import signal

    task = asyncio.ensure_future(work())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return


def tunnel_status(context: typer.Context, health: HealthFile = HEALTH, as_json: AsJson = False) -> None:
    """Show the state of the tunnel: up or down and why, handshake, latency. Ends with 1 where it is down."""
    here = session(context)
    view = _health_here(health) if here.daemon.local else here.daemon.get("/v1/status").get("tunnel")
    if view is None:
        raise CallFailed("the appliance says nothing of a tunnel", 4)
    if as_json:
        here.output.json(view)
    else:
        here.output.facts({name.replace("_", " "): value for name, value in view.items()})
    if view["state"] != "up":
        raise typer.Exit(1)


def _health_here(file: Path) -> Mapping[str, Any]:
    """What the process that holds the tunnel wrote, whether the agent runs or not."""
    import time

    from cmsp_agent.services.tunnel.health import read_health

    found = read_health(file, time.monotonic())
    if found is None:
        raise CallFailed(f"nobody holds a tunnel here ({file}); see: systemctl status cmsp-tunnel", 4)
    return found.view(time.monotonic())


def tunnel_test(
    context: typer.Context, config: Config = DEFAULT_FILE, health: HealthFile = HEALTH, as_json: AsJson = False
) -> None:
    """Try what the tunnel carries: handshake, path MTU, latency, throughput both ways beside the 10 Mbit/s asked for.

    Loads the link for some seconds. Ends with 1 where something is less than it should be. With --url the agent there
    tries its own way to the head-end.
    """
    here = session(context)
    view = _tried_here(here.file(config), health) if here.daemon.local else _tried_there(here)
    if as_json:
        here.output.json(view)
    else:
        here.output.facts(_facts(view))
    if view["problems"]:
        raise CallFailed("; ".join(view["problems"]), 1)


def _tried_there(here: CommandContext) -> Mapping[str, Any]:
    """By the agent elsewhere, over its own way to the head-end."""
    done = await_job(here, here.daemon.post("/v1/tunnel/test"))
    raise_if_failed(done)
    result: Mapping[str, Any] = done["result"]
    return result


def _tried_here(file: Path, health: Path) -> Mapping[str, Any]:
    """By this process, whether the agent runs or not."""
    from cmsp_agent.aio.clock import SystemClock
    from cmsp_agent.app.loading import load
    from cmsp_agent.services.link.start import certificates_of
    from cmsp_agent.services.tunnel.health import read_health
    from cmsp_agent.services.tunnel.tunnel_test import tried
    from cmsp_agent.transports.headend import HeadendClient

    clock, configuration = SystemClock(), load(file, secrets_lost=True).configuration
    headend = configuration.headend
    if not headend.urls or headend.tls is None:
        raise CallFailed("no head-end is known here: cmsp-agent enrol", 4)
    client = HeadendClient(headend.urls, configuration.appliance.id, certificates_of(headend.tls))
    return asyncio.run(tried(client, read_health(health, clock.monotonic()), clock)).view()


def _facts(view: Mapping[str, Any]) -> dict[str, object]:
    latency = view["latency_ms"]
    shown = {**view, "latency_ms": latency and f"{latency['median']} ({latency['least']} to {latency['most']})"}
    shown |= {name: "; ".join(view[name]) for name in ("unknown", "problems")}
    return {name.replace("_", " "): value for name, value in shown.items()}
