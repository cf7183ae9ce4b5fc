"""Plugins at the start: judge what the last run left, watch the loop, load. Isolation itself is plugin.host's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.last_resort import LastResort
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.plugin.watchdog import LoopWatchdog, judge_last_run
from cmsp_agent.services.runtime import Runtime


@contextmanager
def load_plugins(runtime: Runtime, state: Path) -> Iterator[PluginHost]:
    """The plugins, loaded under a watchdog that names one that blocks and leaves it out at the next start."""
    quarantine, last_resort = Quarantine(state / "quarantine.json"), LastResort(state)
    judge_last_run(last_resort, quarantine, runtime.clock.now())
    host = PluginHost(quarantine, runtime.clock, runtime.counters)
    watchdog = LoopWatchdog(host.calls, quarantine, runtime.clock, runtime.counters, last_resort=last_resort)
    watchdog.start()
    try:
        host.load()
        yield host
    finally:
        watchdog.stop()
