"""The daemon: loads the file, runs the agent until a signal stops it, and reloads on request. Builds no part."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from cmsp_agent.aio.memory import settle_memory
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.app import logs
from cmsp_agent.app.agent import Agent, running
from cmsp_agent.app.loading import Loaded, load_again, load_or_roll_back
from cmsp_agent.app.systemd import Notifier
from cmsp_agent.model.counted import counted
from cmsp_agent.model.errors import AgentError, ConfigurationError
from cmsp_agent.services.machine import REAL, Machine

log = logging.getLogger(__name__)

STOP_WITHIN = 5.0
"""Seconds from the signal to the end of the process; whatever is stuck then is left behind."""


def run(config: Path, level: str = "info") -> int:
    """Run the agent in the foreground.

    Args:
        config: the partner's YAML file.
        level: of the log.

    Returns:
        The exit code: 0 stopped on request, 1 failed, 2 the configuration can't be used.
    """
    logs.configure(level)
    os.umask(0o077)  # as the unit says; by hand, too, what we write is for us alone
    try:
        loaded = load_or_roll_back(config)
        return asyncio.run(serve(loaded, lambda: load_again(config), leave_in_time))
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person at the terminal, one mistake a line
        return error.exit_code
    except AgentError as error:
        log.critical("the agent can't run", extra={"error": str(error)})
        return error.exit_code


async def serve(
    loaded: Loaded, reload: Callable[[], Loaded], stopping: Callable[[], None], machine: Machine = REAL
) -> int:
    """Run until SIGTERM or SIGINT, then call `stopping`; on SIGHUP reload the file."""
    loop, stop, notifier, clock = asyncio.get_running_loop(), asyncio.Event(), Notifier(), machine.clock
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reloads = Reloads(reload, notifier)
    loop.add_signal_handler(signal.SIGHUP, reloads.request)
    async with running(loaded, machine) as agent:
        announce(agent)
        settle_memory()
        async with Supervisor(clock, agent.runtime.counters) as supervisor:
            supervisor.keep_running("systemd watchdog", lambda: notifier.beat(clock))
            supervisor.keep_running("reload", lambda: reloads.run(agent))
            notifier.ready(counted(len(agent.configuration.components), "component"))
            await stop.wait()
            notifier.stopping()
            stopping()
    log.info("stopped")
    return 0


class Reloads:
    """Reloads on request, one at a time; on any error the old configuration stays."""

    def __init__(self, load_again: Callable[[], Loaded], notifier: Notifier) -> None:
        self._load = load_again
        self._notifier = notifier
        self._requested = asyncio.Event()

    def request(self) -> None:
        """Ask for a reload: SIGHUP came."""
        self._requested.set()

    async def run(self, agent: Agent) -> None:
        """Reload at each request, until cancelled."""
        while True:
            await self._requested.wait()
            self._requested.clear()
            await self.once(agent)

    async def once(self, agent: Agent) -> None:
        """Reload now."""
        self._notifier.reloading()
        try:
            await self._reload(agent)
        finally:
            # whatever came of it, systemd must not wait for the end of a reload that is over
            self._notifier.ready(counted(len(agent.configuration.components), "component"))

    async def _reload(self, agent: Agent) -> None:
        try:
            await agent.use(await agent.runtime.read_file(self._load))
        except AgentError as error:
            agent.runtime.counters.add("reload.refused")
            log.error("not reloaded, the old configuration stays", extra={"error": str(error)})
            agent.events.notices.note("configuration.refused", "", f"not reloaded: {error}")
            agent.site_file.refuse(str(error).splitlines()[0])
        else:
            agent.runtime.counters.add("reload.done")
            announce(agent)


def announce(agent: Agent) -> None:
    """Say what is in force, and what the file asks for that is not carried out yet."""
    configuration = agent.configuration
    log.info(
        "configuration in force",
        extra={"file": str(configuration.file), "components": len(configuration.components)},
    )
    for note in configuration.notes:
        log.warning(note.text, extra={"at": f"{configuration.file}:{note.line}", "path": note.path})


def leave_in_time() -> None:
    """Bound the stop: a thread that is stuck in a library must not keep the process."""

    def leave() -> None:
        log.critical("not stopped in time: the process ends now")
        logging.shutdown()
        os._exit(1)

    timer = threading.Timer(STOP_WITHIN, leave)
    timer.daemon = True
    timer.start()
