"""Security events: the first of a kind at once, then how many there were; nothing twice."""

from cmsp_agent.aio.counters import Counters
from cmsp_agent.pipeline.alarm_types.security import SECURITY_TYPES
from cmsp_agent.pipeline.built_in import BUILT_IN
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.security.start import QUIET, WATCHED, SecurityWatch
from tests.lab.clock import ManualClock


class Received(Notices):
    """Keeps what is noted."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, str]] = []

    def note(self, kind: str, name: str, text: str, component: str = "") -> None:
        self.received.append((kind, name, text.partition(" ")[0]))


async def test_the_first_is_reported_at_once_and_then_the_count() -> None:
    counters, received, clock = Counters(), Received(), ManualClock()
    watch = SecurityWatch(counters, received, clock)
    counters.add("syslog_tls.unknown_authority", 1, key="10.0.0.9")
    counters.add("cli.failed", 5, key="DeviceUnreachable")
    counters.add("api.handshakes_failed", 9, key="handshake_ended")
    counters.add("cli.failed", 1, key="HostKeyChanged")
    watch.look()
    assert received.received == [
        ("security.host_key_changed", "HostKeyChanged", "1"),
        ("security.certificate_refused", "10.0.0.9", "1"),
    ]
    received.received.clear()
    for _ in range(20):
        counters.add("syslog_tls.unknown_authority", 10, key="10.0.0.9")
        watch.look()
    assert received.received == []
    await clock.advance(QUIET + 1)
    watch.look()
    assert received.received == [("security.certificate_refused", "10.0.0.9", "200")]
    await clock.advance(QUIET + 1)
    watch.look()
    assert len(received.received) == 1


def test_one_is_said_as_one() -> None:
    said: list[str] = []

    class Texts(Received):
        def note(self, kind: str, name: str, text: str, component: str = "") -> None:
            said.append(text)

    counters, received, clock = Counters(), Texts(), ManualClock()
    counters.add("api.refused", 1)
    counters.add("cli.host_keys", 2)
    SecurityWatch(counters, received, clock).look()
    assert said == [
        "1 call was refused: the caller's role is not enough (api.refused)",
        "2 host keys were seen for the first time, and pinned (cli.host_keys)",
    ]


def test_every_security_type_is_declared() -> None:
    declared = {alarm.type for alarm in BUILT_IN}
    assert declared >= SECURITY_TYPES
    assert {kind for *_, kind, _ in WATCHED} <= SECURITY_TYPES
