"""Lines of known and unknown senders become signals or counts."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.signal import Signal, SyslogSignal
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.receiving.syslog import SyslogService
from tests.lab.clock import ManualClock


class Site:
    def __init__(self, hold: float = 0.02) -> None:
        self.counters = Counters()
        self.clock = ManualClock()
        self.senders = Senders(self.counters)
        self.senders.configure({"gw-1": ["10.0.0.1"]})
        self.signals: list[Signal] = []
        self.service = SyslogService(self.senders, self.take, self.clock, self.counters, hold=hold)

    async def take(self, signals: Sequence[Signal]) -> None:
        self.signals += signals

    async def read(self, *lines: tuple[str, bytes]) -> list[Signal]:
        self.service.receive_datagrams([(line, (host, 514)) for host, line in lines], lambda _asked, _payload: False)
        await self.settle()
        return self.signals

    async def waited(self) -> None:
        """Let what is held be handed on."""
        await asyncio.sleep(0.03)
        await self.settle()

    async def settle(self) -> None:
        task = asyncio.create_task(self.service.run())
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_line_of_a_component() -> None:
    site = Site()
    line = b"<189>17: gw-1: Jan  1 2026 08:00:00 UTC: %SYS-5-CONFIG_I: Configured\n"
    assert await site.read(("10.0.0.1", line)) == [
        SyslogSignal(
            "gw-1",
            site.clock.now(),
            "SYS-5-CONFIG_I",
            "Configured",
            5,
            23,
            1_767_254_400_000,
            host="gw-1",
            sequence=17,
            raw=line.rstrip(),
        )
    ]


async def test_a_line_without_pri_and_mnemonic() -> None:
    site = Site()
    (signal,) = await site.read(("10.0.0.1", b"something happened"))
    assert isinstance(signal, SyslogSignal)
    assert (signal.mnemonic, signal.severity, signal.facility) == ("", 5, 1)
    assert signal.occurred_at is None


async def test_unknown_senders_are_counted_and_shown() -> None:
    site = Site()
    assert await site.read(("192.0.2.9", b"<189>%SYS-5-CONFIG_I: x")) == []
    assert [(sender.address, sender.count) for sender in site.senders.unknown()] == [("192.0.2.9", 1)]
    assert site.counters.value("syslog.unknown_sender") == 1


async def test_what_a_stranger_says_of_others_is_not_believed() -> None:
    site = Site()
    assert await site.read(("192.0.2.9", b"<189>1: 10.0.0.1: Jan  1 08:00:00: %SYS-5-CONFIG_I: x")) == []
    assert site.counters.value("syslog.unknown_sender") == 1


async def test_a_relay_s_line_names_the_component_and_the_relay_is_never_blamed() -> None:
    site = Site()
    site.senders.configure({"gw-1": ["10.0.0.1"], "gw-2": ["10.0.0.2"]})
    site.senders.trust(["10.0.0.1"])
    signals = await site.read(
        ("10.0.0.1", b"<189>Jan  1 08:00:00 GW-2.example.com %SYS-5-CONFIG_I: of another"),
        ("10.0.0.1", b"<189>Jan  1 08:00:00 gw-1 %SYS-5-CONFIG_I: its own"),
        ("10.0.0.1", b"<189>Jan  1 08:00:00 stranger %SYS-5-CONFIG_I: of nobody"),
        ("10.0.0.1", b"<189>%SYS-5-CONFIG_I: without a name"),
    )
    assert [(each.component, each.text) for each in signals if isinstance(each, SyslogSignal)] == [
        ("gw-2", "of another"),
        ("gw-1", "its own"),
        ("gw-1", "without a name"),
    ]
    assert site.counters.value("syslog.unknown_sender") == 1


async def test_a_relay_s_line_names_the_component_s_address() -> None:
    site = Site()
    site.senders.trust(["192.0.2.9"])
    (signal,) = await site.read(("192.0.2.9", b"<189>1: 10.0.0.1: Jan  1 08:00:00: %SYS-5-CONFIG_I: x"))
    assert isinstance(signal, SyslogSignal)
    assert signal.component == "gw-1"
    assert site.counters.value("syslog.relayed", "192.0.2.9") == 1


async def test_empty_and_endless_datagrams() -> None:
    site = Site()
    (signal,) = await site.read(("10.0.0.1", b"\n"), ("10.0.0.1", b"<189>%SYS-5-CONFIG_I: " + b"x" * 20000))
    assert isinstance(signal, SyslogSignal)
    assert len(signal.text) < 8192
    assert site.counters.total("syslog.empty") == 1
    assert site.counters.value("syslog.truncated", "gw-1") == 1


async def test_a_stream_is_asked_to_wait_when_too_much_waits() -> None:
    site = Site()
    site.service = SyslogService(site.senders, site.take, site.clock, site.counters, capacity=4000)
    assert site.service.receive_stream("10.0.0.1", [b"<189>%SYS-5-CONFIG_I: x"])
    assert not site.service.receive_stream("10.0.0.1", [b"<189>%SYS-5-CONFIG_I: x"] * 8)
    await site.settle()
    assert site.service.receive_stream("10.0.0.1", [])
    assert len(site.signals) == 9


async def test_further_lines_of_a_message_belong_to_it() -> None:
    site = Site()
    await site.read(
        ("10.0.0.1", b"<187>7: gw: 5: Nov 18 2026 19:25:44 UTC: %SYS-3-CPUHOG: Task ran long"),
        ("10.0.0.1", b"<187>8: gw: 5:      Reason : Failed"),
        ("10.0.0.1", b"<187>9: gw: 6: -Traceback= 1#2 :400"),
    )
    await site.waited()
    (signal,) = site.signals
    assert isinstance(signal, SyslogSignal)
    assert signal.text == "Task ran long\nReason : Failed\n-Traceback= 1#2 :400"
    assert site.counters.value("syslog.continued", "gw-1") == 2


async def test_further_lines_may_be_counted_one_by_one() -> None:
    site = Site()
    await site.read(
        ("10.0.0.1", b"<187>7: *Jan  1 2026 08:00:00: %SYS-3-CPUHOG: Task ran long"),
        ("10.0.0.1", b"<187>8:      Reason : Failed"),
        ("10.0.0.1", b"<187>9:      Slot : 3"),
        ("10.0.0.1", b"<187>10: -Traceback= 1#2 :400"),
    )
    await site.waited()
    assert texts(site.signals) == ["Task ran long\nReason : Failed\nSlot : 3\n-Traceback= 1#2 :400"]


async def test_a_line_with_another_counter_is_a_message() -> None:
    site = Site()
    first, second = await site.read(
        ("10.0.0.1", b"<187>7: gw: 5: Nov 18 2026 19:25:44 UTC: %SYS-3-CPUHOG: Task ran long"),
        ("10.0.0.1", b"<187>8: gw: 9:      Reason : Failed"),
    )
    assert isinstance(first, SyslogSignal)
    assert isinstance(second, SyslogSignal)
    assert second.text == "Reason : Failed"


async def test_several_messages_of_a_datagram_are_distinguished_and_counted() -> None:
    site = Site()
    signals = await site.read(("10.0.0.1", b"<189>1: a: %SYS-5-CONFIG_I: one\n<189>2: a: %SYS-5-CONFIG_I: two"))
    assert [each.text for each in signals if isinstance(each, SyslogSignal)] == ["one", "two"]
    assert site.counters.value("syslog.split", "10.0.0.1") == 1


FIRST = b"<187>7: gw: 5: *Jan  1 2026 08:00:00: %SYS-3-CPUHOG: Task ran long"
FURTHER = b"<187>8: gw: 5: Reason : Failed"
NEXT = b"<187>9: gw: 6: *Jan  1 2026 08:00:01: %SYS-5-CONFIG_I: Configured"


def texts(signals: list[Signal]) -> list[str]:
    return [signal.text for signal in signals if isinstance(signal, SyslogSignal)]


async def test_further_lines_that_are_read_later_belong_to_the_message_still() -> None:
    site = Site(hold=60)
    await site.read(("10.0.0.1", FIRST), ("10.0.0.1", FURTHER))  # from now on it is known to send such
    await site.read(("10.0.0.1", FIRST))
    await site.read(("10.0.0.1", FURTHER))
    await site.read(("10.0.0.1", NEXT))
    assert texts(site.signals) == ["Task ran long\nReason : Failed"] * 2
    await site.read(("10.0.0.1", FIRST))
    assert texts(site.signals)[2:] == ["Configured"], "nothing follows: it is handed on alone"
    assert site.counters.value("syslog.messages") == 6


async def test_the_first_further_line_that_comes_alone_is_not_lost() -> None:
    site = Site()
    await site.read(("10.0.0.1", FIRST))
    assert texts(site.signals) == ["Task ran long"], "nobody waits for lines that may never come"
    await site.read(("10.0.0.1", FURTHER))
    await site.waited()
    assert texts(site.signals) == ["Task ran long", "Reason : Failed"]
    assert site.counters.value("syslog.continued", "gw-1") == 1


async def test_messages_on_one_line_are_kept_whole_and_counted() -> None:
    site = Site()
    await site.read(("10.0.0.1", NEXT + b"<187>10: gw: 7: *Jan  1 2026 08:00:02: %LINK-3-UPDOWN: down"))
    (text,) = texts(site.signals)
    assert text.startswith("Configured<187>10: gw: 7: ")
    assert site.counters.value("syslog.run_together", "10.0.0.1") == 1
    await site.read(("10.0.0.1", NEXT + b" by <admin>"))
    assert site.counters.total("syslog.run_together") == 1


async def test_the_last_message_counts_as_often_as_it_was_repeated() -> None:
    site = Site()
    head = b"<187>%d: gw-1: Nov 18 2026 19:25:4%d UTC: "
    await site.read(
        ("10.0.0.1", head % (44, 1) + b"%LINK-3-UPDOWN: Interface Gi0/1, changed state to down"),
        ("10.0.0.1", head % (45, 2) + b"last message repeated 3 times"),
    )
    await site.read(("10.0.0.1", b"<187>46: last message repeated 2 times"))
    read = [signal for signal in site.signals if isinstance(signal, SyslogSignal)]
    assert [(signal.mnemonic, signal.times, signal.sequence) for signal in read] == [
        ("LINK-3-UPDOWN", 1, 44),
        ("LINK-3-UPDOWN", 3, 45),
        ("LINK-3-UPDOWN", 2, 46),
    ]
    assert read[1].text == read[0].text
    assert read[1].raw.endswith(b"last message repeated 3 times")
    assert site.counters.total("syslog.continued") == 0


async def test_a_repetition_of_what_nobody_received_is_a_message_of_its_own() -> None:
    site = Site()
    (read,) = await site.read(("10.0.0.1", b"<187>Nov 18 19:25:44 gw-1 last message repeated 3 times"))
    assert isinstance(read, SyslogSignal)
    assert (read.mnemonic, read.text, read.times) == ("", "last message repeated 3 times", 1)


async def test_a_message_in_brackets_and_one_that_a_relay_repeats_are_counted() -> None:
    site = Site()
    site.senders.trust(["10.0.0.9"])
    await site.read(
        ("10.0.0.9", b"<187>Nov 18 19:25:44 gw-1 message repeated 4 times: [ %LINK-3-UPDOWN: Gi0/1 down]"),
        ("10.0.0.9", b"<187>Nov 18 19:25:54 gw-1 last message repeated 2 times"),
    )
    read = [signal for signal in site.signals if isinstance(signal, SyslogSignal)]
    assert [(signal.component, signal.text, signal.times) for signal in read] == [
        ("gw-1", "Gi0/1 down", 4),
        ("gw-1", "Gi0/1 down", 2),
    ]


@pytest.mark.parametrize(
    ("line", "component"),
    [
        (b"<187>Nov 18 19:25:44 s_net@gw-2 45: ", "gw-2"),
        (b"<187>Nov 18 19:25:44 gw-2/10.0.0.9 45: ", "gw-2"),
        (b"<187>45: 2001:0DB8:0:0:0:0:0:2: 44: ", "gw-2"),
        (b"<187>Nov 18 19:25:44 ::ffff:10.0.0.2 45: ", "gw-2"),
        (b"<187>Nov 18 19:25:44 gw-2 45: Paris HQ: ", "gw-2"),
        (b"<187>Nov 18 19:25:44 10.0.0.2 45: whatever: ", "gw-2"),
        (b"<187>Nov 18 19:25:44 gw-1 45: whatever: ", ""),
        (b"<187>Nov 18 19:25:44 elsewhere 45: whatever: ", ""),
    ],
)
async def test_a_relay_names_the_component_in_many_ways(line: bytes, component: str) -> None:
    site = Site()
    site.senders.configure({"gw-1": ["10.0.0.1"], "gw-2": ["10.0.0.2", "2001:db8::2"]})
    site.senders.trust(["10.0.0.1"])
    await site.read(("10.0.0.1", line + b"Nov 18 2026 19:25:44 UTC: %LINK-3-UPDOWN: x"))
    assert [each.component for each in site.signals] == ([component] if component else [])


async def test_text_that_is_no_utf_8_is_kept_with_its_octets_and_counted() -> None:
    site = Site()
    line = "<189>17: gw-1: Jan  1 2026 08:00:00 UTC: %SYS-5-CONFIG_I: порт закрыт".encode("cp1251")
    [signal] = await site.read(("10.0.0.1", line))
    assert isinstance(signal, SyslogSignal)
    assert (signal.text, signal.raw) == ("порт закрыт", line)
    assert site.counters.value("syslog.other_text", "gw-1") == 1
