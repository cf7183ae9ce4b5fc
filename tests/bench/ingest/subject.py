"""The process that is measured: the agent's own receivers, put together as in the agent, with a sink that only counts.

    python -m tests.bench.ingest.subject traps|syslog read|signals [SNMP-PORT]

`read`: socket to decoded trap or parsed line, what the peers do. `signals`: the whole way up to the commit: fair queue,
sender, signal. With a port, polls the SNMP agent there ten times a second and tells how late the polls were.
Says `ready PORT`; ends on SIGTERM with one line of JSON.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.memory import settle_memory
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.signal import Signal
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.receiving.syslog import SyslogService
from cmsp_agent.services.receiving.traps import Agreed, TrapService
from cmsp_agent.transports.datagrams import DatagramReceiver, Deliver, SendAnswer
from cmsp_agent.transports.recvmmsg import Datagram
from cmsp_agent.transports.snmp.client import SnmpClient
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.target import SnmpTarget
from cmsp_agent.transports.syslog.message import parse_syslog
from tests.lab.listening import bind_datagrams

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
POLL_EVERY = 0.1
SOURCES = {f"127.0.1.{number}": f"gw-{number}" for number in range(1, 250)}


class Tally:
    """What was understood, and how many of each source (the flood's and the quiet ones')."""

    def __init__(self) -> None:
        self.understood = 0
        self.by_component: dict[str, int] = {}

    async def commit(self, signals: Sequence[Signal]) -> None:
        """A sink that keeps the agent waiting as a commit does."""
        self.understood += len(signals)
        for one in signals:
            self.by_component[one.component] = self.by_component.get(one.component, 0) + 1
        await asyncio.sleep(0.004)


class Subject:
    """One kind of receiver."""

    def __init__(self, kind: str, stage: str) -> None:
        self.counters = Counters()
        self.clock = SystemClock()
        self.tally = Tally()
        self.decoder = NotificationDecoder([], None, self.clock)
        self.service: TrapService | SyslogService | None = None
        deliver = self._signals(kind) if stage == "signals" else self._read(kind)
        self.receiver = DatagramReceiver(
            kind, bind_datagrams(0, ["127.0.0.1"]), deliver, self.counters, answers=kind == "traps"
        )

    def _read(self, kind: str) -> Deliver:
        return self._decode if kind == "traps" else self._parse

    def _decode(self, datagrams: list[Datagram], _answer: SendAnswer) -> None:
        decode = self.decoder.decode
        for datagram in datagrams:
            if decode(datagram[0], datagram[-1][0]):
                self.tally.understood += 1

    def _parse(self, datagrams: list[Datagram], _answer: SendAnswer) -> None:
        for datagram in datagrams:
            if parse_syslog(datagram[0]).mnemonic:
                self.tally.understood += 1

    def _signals(self, kind: str) -> Deliver:
        senders = Senders(self.counters)
        senders.configure({name: [address] for address, name in SOURCES.items()})
        if kind == "syslog":
            syslog = self.service = SyslogService(senders, self.tally.commit, self.clock, self.counters)
            return syslog.receive_datagrams
        agreed = {name: Agreed(b"public") for name in SOURCES.values()}
        traps = self.service = TrapService(senders, self.decoder, agreed, self.tally.commit, self.clock, self.counters)
        return traps.receive

    def report(self, late: list[float]) -> str:
        """One line of JSON."""
        return json.dumps(
            {
                "understood": self.tally.understood,
                "received": self.counters.total(f"{self.receiver.name}.datagrams"),
                "kernel_dropped": self.receiver.kernel_dropped(),
                "shed": self.counters.total(f"{self.receiver.name}.dropped"),
                "buffer": self.receiver.buffer(),
                "by_component": self.tally.by_component,
                "polls": len(late),
                "worst_poll_s": round(max(late, default=0.0), 4),
            }
        )


async def poll(port: int, counters: Counters, late: list[float]) -> None:
    """Poll on a fixed beat; how late a poll is: from when it was due to when it was done."""
    clock = SystemClock()
    client = SnmpClient(clock, counters)
    await client.open()
    session = client.session(
        SnmpTarget("127.0.0.1", SnmpCredential("2c", community=Secret("c", lambda: "public")), port=port, timeout=5.0)
    )
    due = clock.monotonic()
    while True:
        due = max(due + POLL_EVERY, clock.monotonic() - 5)
        await clock.sleep(max(0.0, due - clock.monotonic()))
        await session.get(SYS_UP_TIME)
        late.append(clock.monotonic() - due)


async def main(kind: str, stage: str, snmp_port: int) -> None:
    """Receive until SIGTERM."""
    subject = Subject(kind, stage)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    late: list[float] = []
    async with Supervisor(subject.clock, subject.counters) as supervisor:
        if subject.service is not None:
            supervisor.keep_running("intake", subject.service.run)
        if snmp_port:
            supervisor.keep_running("polls", lambda: poll(snmp_port, subject.counters, late))
        subject.receiver.start()
        settle_memory()
        print("ready", subject.receiver.addresses[0][1], flush=True)
        await ended.wait()
        subject.receiver.stop()
        await asyncio.sleep(0.5)
        print(subject.report(late), flush=True)
        subject.receiver.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0))
