"""A storm from one sender: the others lose nothing, the loop stays on time, and what is dropped is counted.

The long form, at 100,000/s for ten seconds and with real polls, is `make bench-ingest`.
"""

import asyncio
import socket
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.signal import Signal
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.receiving.syslog import SyslogService
from cmsp_agent.transports.datagrams import DatagramReceiver
from cmsp_agent.transports.syslog.streams import StreamReceiver
from tests.integration.receivers.conftest import until
from tests.lab.listening import bind_datagrams, bind_streams

pytestmark = pytest.mark.usefixtures("nothing_left")

LOUD, QUIET = 40_000, 20
SENDER = """
import socket, sys
def opened(last):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((f"127.0.1.{last}", 0))
    made.connect(("127.0.0.1", int(sys.argv[1])))
    return made
loud, quiet = opened(200), [opened(last) for last in range(1, 21)]
for number in range(int(sys.argv[2])):
    loud.send(b"<189>%d: gw: Nov 23 07:12:13.123: %%LINK-3-UPDOWN: Interface Gi0/0, changed state to down" % number)
    if number % 100 == 0:
        quiet[number // 100 % 20].send(b"<189>%d: %%SYS-5-CONFIG_I: Configured" % number)
"""


@pytest.mark.root
async def test_a_flooder_pays_alone() -> None:
    counters, clock, received = Counters(), SystemClock(), Counter[str]()
    senders = Senders(counters)
    senders.configure({f"gw-{last}": [f"127.0.1.{last}"] for last in (*range(1, QUIET + 1), 200)})

    async def commit(signals: Sequence[Signal]) -> None:
        received.update(signal.component for signal in signals)
        await clock.sleep(0.02)

    service = SyslogService(senders, commit, clock, counters, capacity=2 << 20)
    receiver = DatagramReceiver("syslog.udp", bind_datagrams(0, ["127.0.0.1"]), service.receive_datagrams, counters)
    assert receiver.buffer() >= 32 << 20
    async with Supervisor(clock, counters) as supervisor:
        supervisor.keep_running("intake", service.run)
        receiver.start()
        port = receiver.addresses[0][1]
        storm = await asyncio.create_subprocess_exec(sys.executable, "-c", SENDER, str(port), str(LOUD))
        worst = 0.0
        while storm.returncode is None:
            due = clock.monotonic() + 0.02
            await clock.sleep(0.02)
            worst = max(worst, clock.monotonic() - due)
        lost = counters.value("syslog.dropped", "gw-200")
        await until(lambda: received.total() + counters.total("syslog.dropped") == LOUD + LOUD // 100, 20)
        receiver.close()
    quiet = {name: count for name, count in received.items() if name != "gw-200"}
    assert quiet == {f"gw-{last}": LOUD // 100 // QUIET for last in range(1, QUIET + 1)}
    assert receiver.kernel_dropped() == 0
    assert lost > 0
    assert counters.total("syslog.dropped") == counters.value("syslog.dropped", "gw-200")
    assert worst < 0.5


@pytest.mark.root
async def test_a_flooder_over_tcp_waits_alone_and_loses_nothing() -> None:
    counters, clock, received = Counters(), SystemClock(), Counter[str]()
    senders = Senders(counters)
    senders.configure({"loud": ["127.0.1.200"], "quiet": ["127.0.1.1"]})

    async def commit(signals: Sequence[Signal]) -> None:
        received.update(signal.component for signal in signals)
        await clock.sleep(0.02)

    def has_grown(before: int) -> bool:
        return received["quiet"] > before

    async def connected(address: str) -> asyncio.StreamWriter:
        port = receiver.addresses[0][1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
        return writer

    async def flood() -> None:
        loud.write(b"<13>x\n" * LOUD + b"\n" * 100_000)
        await loud.drain()

    service = SyslogService(senders, commit, clock, counters, capacity=2 << 20)
    receiver = StreamReceiver("tcp", bind_streams(0, ["127.0.0.1"]), service.receive_stream, counters)
    async with Supervisor(clock, counters) as supervisor:
        supervisor.keep_running("intake", service.run)
        await receiver.start()
        loud, quiet = await connected("127.0.1.200"), await connected("127.0.1.1")
        flooding = asyncio.create_task(flood())
        await until(lambda: counters.value("tcp.paused", "127.0.1.200") > 0, 10)
        for _ in range(5):
            before = received["quiet"]
            quiet.write(b"<13>still here\n")
            await until(partial(has_grown, before), 2)
        await until(lambda: received["loud"] == LOUD, 30)
        await flooding
        for writer in (loud, quiet):
            writer.close()
            await writer.wait_closed()
        await receiver.stop()
    assert counters.total("syslog.dropped") == 0
    assert counters.value("tcp.paused", "127.0.1.1") == 0


def test_buffers_are_widened_as_far_as_permitted() -> None:
    (bound,) = bind_datagrams(0, ["127.0.0.1"])
    with bound:
        before = bound.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        receiver = DatagramReceiver("traps", [bound], lambda _batch, _answer: None, Counters())
        assert receiver.buffer() >= before // 2
        receiver.close()
