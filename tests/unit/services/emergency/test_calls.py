"""Calls to emergency numbers while a site is cut off: which they are, and that one call is one record."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.calls import CallLeg, EmergencyCall
from cmsp_agent.model.component import Component
from cmsp_agent.model.event import Transition
from cmsp_agent.model.signal import AgentSignal, PollSignal, SyslogSignal
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.plugin.api import CallMessage, DeviceType
from cmsp_agent.services.emergency.calls import EmergencyCalls
from cmsp_agent.services.emergency.legs import leg_of, number_of
from cmsp_agent.services.emergency.survivable import SurvivableTimes
from cmsp_agent.storage.state import open_state
from tests.lab.clock import ManualClock
from tests.unit.storage.facts import an_event

CONNECT = CallMessage("ISDN-6-CONNECT", r"^Interface (?P<port>\S+) is now connected to (?P<number>\d+)", over=False)
OVER = CallMessage(
    "ISDN-6-DISCONNECT",
    r"^Interface (?P<port>\S+)\s+disconnected from (?P<number>\d+) , call lasted (?P<seconds>\d+) sec",
)
HISTORY = CallMessage(
    "VOIPAAA-5-VOIP_CALL_HISTORY",
    r"ConnectionId (?P<call>[0-9A-F ]+?), .*PeerAddress (?P<number>\d+), .*DisconnectCause (?P<cause>[0-9A-F]*)\s*, .*"
    r"CallOrigin (?P<origin>\d)",
)
GATEWAY = DeviceType("gateway", "A gateway", call_messages=(CONNECT, OVER, HISTORY))
NOW = 1_767_225_600_000
PORT = "Serial0/1/0:3"


@pytest.mark.parametrize(
    ("dialled", "number"),
    [
        ("112", "112"),
        ("0112", "112"),
        ("9112", "112"),
        ("00112#", "112"),
        ("+112", "112"),
        ("+33112", ""),
        ("15", "15"),
        ("1120", ""),
        ("4112", ""),
        ("", ""),
    ],
)
def test_what_is_an_emergency_number(dialled: str, number: str) -> None:
    assert number_of(dialled, ("112", "15")) == number


def line(mnemonic: str, text: str, at: int = NOW) -> SyslogSignal:
    return SyslogSignal("gw-1", at, mnemonic, text)


def test_legs_out_of_messages() -> None:
    leg = leg_of(line("ISDN-6-DISCONNECT", f"Interface {PORT}  disconnected from 112 , call lasted 30 seconds"), OVER)
    assert leg == CallLeg("112", True, NOW - 30_000, PORT, 30)
    text = (
        "CallLegType 1, ConnectionId 9E0C 5F14, SetupTime x, PeerAddress 4711, PeerSubAddress , DisconnectCause 1F  , "
    )
    leg = leg_of(line(HISTORY.mnemonic, text + "DisconnectText y, CallOrigin 2, ChargedUnits 0"), HISTORY)
    assert leg is not None
    assert (leg.outgoing, leg.cause, leg.call, leg.number) == (False, 31, "9E0C 5F14", "4711")
    assert leg_of(line("ISDN-6-CONNECT", "Interface Serial0/1/0:3 is busy"), CONNECT) is None


class Stage:
    """The book with a database of its own; `reported` are its events."""

    def __init__(
        self, calls: EmergencyCalls, survivable: SurvivableTimes, reported: list[AgentSignal], clock: ManualClock
    ) -> None:
        self.calls, self.survivable, self.reported, self.clock = calls, survivable, reported, clock
        self.believed = True

    def srst(self, at: int, state: Transition, kind: str = "srst.active", name: str = "") -> None:
        event = replace(an_event(1), component="gw-1", type=kind, object=name, state=state, occurred_at=at)
        changes = Changes()
        changes.record(event)
        self.survivable(changes)

    async def records(self, *signals: SyslogSignal | PollSignal) -> list[EmergencyCall]:
        self.calls.listen(signals)
        await self.calls.read_next()
        return await self.calls.latest("", local=True)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    reported: list[AgentSignal] = []

    async def record(signal: AgentSignal) -> None:
        reported.append(signal)

    clock, counters = ManualClock(), Counters()
    ids = iter(f"id-{number}" for number in range(100))
    database = await open_state(tmp_path / "state.db", "apl-1", clock=clock, counters=counters)
    survivable = SurvivableTimes(())
    component = Component("gw-1", ("10.0.0.1",), "paris", "gateway")

    async def believed() -> bool:
        return made.believed

    calls = EmergencyCalls(
        lambda: {"gw-1": component},
        lambda _: GATEWAY,
        survivable,
        record,
        database,
        clock,
        lambda _: next(ids),
        counters,
        believed,
    )
    calls.numbers, calls.mnemonics = {"paris": ("112",)}, frozenset(each.mnemonic for each in GATEWAY.call_messages)
    made = Stage(calls, survivable, reported, clock)
    yield made
    await database.close()


CONNECTED = line("ISDN-6-CONNECT", f"Interface {PORT} is now connected to 0112 N/A")
ENDED = line("ISDN-6-DISCONNECT", f"Interface {PORT}  disconnected from 0112 , call lasted 40 seconds", NOW + 41_000)


async def test_a_call_while_the_site_is_cut_off_is_one_record_and_is_reported_twice(stage: Stage) -> None:
    stage.srst(NOW - 600_000, Transition.RAISE)
    [call] = await stage.records(CONNECTED)
    assert (call.number, call.port, call.at, call.seconds, call.sources) == ("112", PORT, NOW, None, ("syslog",))
    of_history = CallLeg("0112", True, NOW + 2_000, "Serial0/1/0:15", 39, 16)
    [call] = await stage.records(ENDED, PollSignal("gw-1", NOW + 60_000, calls=(of_history,)))
    assert (call.seconds, call.cause, call.sources) == (39, 16, ("syslog", "call history"))
    assert [signal.text.partition("call to ")[2] for signal in stage.reported] == [
        f"112 by {PORT} at 2026-01-01T00:00:00.000Z while the site was cut off",
        f"112 by {PORT} at 2026-01-01T00:00:00.000Z while the site was cut off, over after 40 s",
    ]


async def test_a_clock_that_is_not_believed_deletes_no_record(stage: Stage) -> None:
    stage.srst(NOW - 600_000, Transition.RAISE)
    await stage.records(CONNECTED)
    await stage.clock.advance(2 * 397 * 86_400)
    stage.believed = False
    later = CONNECTED._replace(received_at=stage.clock.now())
    assert len(await stage.records(later)) == 2
    stage.believed = True
    assert len(await stage.records(later._replace(text=later.text.replace(PORT, "Serial0/1/0:4")))) == 2


async def test_two_people_who_call_at_once_are_two_records(stage: Stage) -> None:
    stage.srst(NOW - 600_000, Transition.RAISE)
    other = CONNECTED._replace(text=CONNECTED.text.replace(PORT, "Serial0/1/0:4"))
    assert len(await stage.records(CONNECTED, other)) == 2


async def test_who_called_is_known_by_the_other_leg_and_masked_where_it_leaves_the_site(stage: Stage) -> None:
    stage.srst(NOW - 600_000, Transition.RAISE)
    leg = "CallLegType 1, ConnectionId 9E0C 5F14, x, PeerAddress {}, y, DisconnectCause 10  , z, CallOrigin {}, q"
    lines = [line(HISTORY.mnemonic, leg.format(*each)) for each in (("4711", 2), ("112", 1))]
    [call] = await stage.records(*lines)
    assert (call.caller, call.cause) == ("4711", 16)
    [outward] = await stage.calls.latest("gw-1", local=False)
    assert outward.caller == "<masked>"
    stage.calls.masks = False
    [outward] = await stage.calls.latest("gw-1", local=False)
    assert outward.caller == "4711"
    assert stage.reported[0].attributes["caller"] == "calling number 4711"


async def test_other_calls_and_other_times_are_nobody_s_business(stage: Stage) -> None:
    assert await stage.records(CONNECTED) == []  # the call manager is there: the responder sees the call
    stage.srst(NOW - 600_000, Transition.RAISE)
    assert await stage.records(line("ISDN-6-CONNECT", f"Interface {PORT} is now connected to 5551234 N/A")) == []
    stage.srst(NOW - 300_000, Transition.CLEAR)
    assert await stage.records(CONNECTED) == []
    assert await stage.records(CONNECTED._replace(received_at=NOW - 250_000)) != []


async def test_phones_that_register_with_a_gateway_show_that_the_site_is_cut_off_until_the_last_one_goes(
    stage: Stage,
) -> None:
    """Platforms without CISCO-SRST-MIB say nothing else."""
    for name in ("SEP1", "SEP2"):
        stage.srst(NOW - 600_000, Transition.RAISE, "phone.on_gateway", name)
    stage.srst(NOW - 300_000, Transition.CLEAR, "phone.on_gateway", "SEP1")
    assert len(await stage.records(CONNECTED)) == 1
    stage.srst(NOW + 100_000, Transition.CLEAR, "phone.on_gateway", "SEP2")
    assert len(await stage.records(CONNECTED._replace(received_at=NOW + 200_000))) == 1
