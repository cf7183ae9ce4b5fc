"""Plugins at the start: judge what the last run left, watch the loop, load. Isolation itself is plugin.host's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.threads import Threads
from cmsp_agent.plugin.entry_points import is_own
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.last_resort import LastResort
from cmsp_agent.plugin.last_run import judge_last_run
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.plugin.watchdog import LoopWatchdog


@contextmanager
def load_plugins(clock: Clock, counters: Counters, state: Path, threads: Threads) -> Iterator[PluginHost]:
    """The plugins, loaded under a watchdog that names one that blocks and leaves it out at the next start."""
    quarantine, last_resort = Quarantine(state / "quarantine.json"), LastResort(state)
    host = PluginHost(quarantine, clock, counters)
    judge_last_run(last_resort, quarantine, clock.now(), lambda plugin: is_own(plugin, host.discover()))
    watchdog = LoopWatchdog(host.calls, quarantine, clock, counters, last_resort=last_resort, threads=threads)
    watchdog.start()
    try:
        host.load()
        yield host
    finally:
        watchdog.stop()
