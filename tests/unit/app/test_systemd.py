"""The agent's side of sd_notify, with a socket in systemd's place."""

import socket
from pathlib import Path

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.app.systemd import Notifier
from tests.lab.clock import ManualClock


def test_the_states_are_reported(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        notifier.ready("8 components")
        notifier.reloading()
        notifier.stopping()
        reported = [manager.recv(200).decode() for _ in range(3)]
    assert reported[0] == "READY=1\nSTATUS=8 components"
    assert reported[1].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert reported[2] == "STOPPING=1"


async def test_the_watchdog_is_fed_twice_in_its_period(tmp_path: Path) -> None:
    clock = ManualClock()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "10000000"})
        async with Supervisor(clock, Counters()) as supervisor:
            supervisor.keep_running("watchdog", lambda: notifier.beat(clock))
            await clock.advance(20)
        assert [manager.recv(50) for _ in range(5)] == [b"WATCHDOG=1"] * 5


def test_without_systemd_nothing_is_sent() -> None:
    Notifier({}).ready("alone")
