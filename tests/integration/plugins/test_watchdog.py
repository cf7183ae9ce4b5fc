"""The watchdog's thread against a real event loop: whom it names, and whom it leaves alone."""

import asyncio
import logging
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.plugin.last_resort import LastResort
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.plugin.watchdog import Calls, LoopWatchdog, waited_for_processor


class Watch:
    """A watchdog that only notes that it would have ended the process."""

    def __init__(self, folder: Path, waited: Callable[[int], float] = waited_for_processor) -> None:
        self.calls, self.counters = Calls(), Counters()
        self.quarantine = Quarantine(folder / "quarantine.json")
        self.left: list[int] = []
        self.watchdog = LoopWatchdog(
            self.calls,
            self.quarantine,
            SystemClock(),
            self.counters,
            name_after=0.4,
            exit_after=1.0,
            leave=self.left.append,
            last_resort=LastResort(folder),
            waited=waited,
        )


async def test_a_loop_that_runs_is_left_alone(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    threads = threading.active_count()
    for _ in range(2):
        watch.watchdog.start()
        with watch.calls.entered("acme", "normalise"):
            await asyncio.sleep(0.7)
        watch.watchdog.stop()
    assert watch.counters.total("loop.blocked") == 0
    assert watch.left == []
    assert threading.active_count() == threads


async def test_what_the_agent_itself_blocks_is_reported_but_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch(tmp_path)
    watch.watchdog.start()
    with caplog.at_level(logging.WARNING):
        await asyncio.sleep(0.3)
        time.sleep(1.5)  # noqa: ASYNC251 - blocking is the point
        await asyncio.sleep(0.5)
    watch.watchdog.stop()
    assert "event loop blocked by the agent itself" in caplog.text
    assert "event loop runs again" in caplog.text
    assert watch.left == []
    assert watch.quarantine.entries() == {}


async def test_plugin_code_is_known_by_its_place_in_the_stack_too(tmp_path: Path) -> None:
    """An object that a plugin registered may be called without the host."""
    module = types.ModuleType("outside_acme.driver")
    exec("import time\ndef ask():\n    time.sleep(1.6)\n", module.__dict__)
    watch = Watch(tmp_path)
    watch.calls.modules["outside_acme"] = "acme"
    watch.watchdog.start()
    await asyncio.sleep(0.3)
    module.ask()
    await asyncio.sleep(0.3)
    watch.watchdog.stop()
    assert watch.left == [1]
    assert "in ask" in watch.quarantine.entries()["acme"].reason


async def test_plugins_that_are_called_one_after_the_other_are_not_blamed_for_what_they_took_together(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch(tmp_path)
    watch.watchdog.start()
    with caplog.at_level(logging.WARNING):
        await asyncio.sleep(0.3)
        for number in range(15):
            with watch.calls.entered(f"plugin-{number}", "check of a device type"):
                time.sleep(0.1)  # noqa: ASYNC251 - blocking is the point
        await asyncio.sleep(0.3)
    watch.watchdog.stop()
    assert "blocked by the agent itself in many calls, one after the other" in caplog.text
    assert "blocked by plugin-" not in caplog.text
    assert (watch.left, watch.quarantine.entries()) == ([], {})


async def test_a_plugin_that_gets_no_processor_is_not_blamed_for_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch(tmp_path, waited=lambda _: time.monotonic())  # the loop's thread waits all the time
    watch.watchdog.start()
    with caplog.at_level(logging.WARNING):
        with watch.calls.entered("acme", "normalise of acme"):
            time.sleep(1.4)  # noqa: ASYNC251 - blocking is the point
        await asyncio.sleep(0.2)
    watch.watchdog.stop()
    assert "event loop blocked" not in caplog.text
    assert (watch.left, watch.quarantine.entries()) == ([], {})


def test_the_kernel_says_how_long_a_thread_waited() -> None:
    assert waited_for_processor(threading.get_native_id()) >= 0.0
    assert waited_for_processor(0) == 0.0
