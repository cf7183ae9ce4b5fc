"""Every counter of the agent is declared: name, what it counts, whether it means loss."""

from fnmatch import fnmatchcase

import pytest

from cmsp_agent.model.backup import BackupResult
from cmsp_agent.model.register import REGISTER, UNDECLARED, counter_of, described, gauge_of
from tests.unit.names_passed import Source, agent

pytestmark = pytest.mark.timeout(30)

COUNTS = (("add", "counters", "{}"), ("attempt", "", "{}.failed"), ("count", "receiver", "*.{}"))
"""What counts: its name, how what it is asked of is called, and the counter of what it is given."""
OF_A_CALLER = {("*.*", "transports/syslog/streams.py")}
"""The name is a caller's: `receiver.count`."""
OF_AN_ENUM = {"backups.*"}


def counted_in(source: Source) -> set[str]:
    """The names that are counted; what varies in a name is `*`."""
    return {
        form.format(origin.text)
        for call, of, form in COUNTS
        for origin in source.passed(call, 0, "name" if call != "count" else "what", of)
        if (origin.text, origin.place_of_any_line) not in OF_A_CALLER
    }


def undeclared(source: Source) -> set[str]:
    """What is counted and not declared; a name that varies is declared as a form, or by each name that it may be."""
    declared = {counter.name for counter in REGISTER}
    return {name for name in counted_in(source) if not any(fnmatchcase(name, each) for each in declared)} - OF_AN_ENUM


def test_the_names_are_found() -> None:
    counted = counted_in(agent())
    assert {"traps.received", "events.signals", "pipeline.signal.failed", "heartbeat.sent"} <= counted
    assert {"time.late_duplicates", "traps.slice.failed", "snmp.requests.split", "*.half_frames"} <= counted
    assert len(counted) > 120


def test_every_counter_is_declared() -> None:
    assert undeclared(agent()) == set()


@pytest.mark.parametrize("result", BackupResult)
def test_every_result_of_a_backup_is_declared(result: BackupResult) -> None:
    assert counter_of(f"backups.{result}").help


@pytest.mark.parametrize(
    "text",
    [
        "counters.add('frobs.done')",
        "def f(): self._counters.add('frobs.done' if x else 'polls.done')",
        "def f(name): counters.add(name)\ndef g(): f('frobs.done')",
        "def f(): counters.add(f'{self._name}.frobs')",
        "def f(): counters.add(f'snmp.{what}')",
        "def f(): counters.add(found.name)",
        "def f(): attempt('frobs', counters, work)",
        "def f(): partial(attempt, 'frobs')(counters, work)",
        "def f(): counters.add('api.frobs')",
        "def f(): self._receiver.count('frobs')",
    ],
)
def test_a_counter_that_is_not_declared_is_found(text: str) -> None:
    assert undeclared(Source({"services/new.py": text}))


def test_a_name_that_nobody_declared_is_refused() -> None:
    with pytest.raises(LookupError, match="not declared"):
        counter_of("something.else")
    assert described("something.else") is UNDECLARED


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("traps.malformed", True),
        ("forwarder.evicted", True),
        ("syslog.tcp.crowded_out", True),
        ("syslog.udp.unknown_sender", True),
        ("polls.partial", False),
        ("heartbeat.failed", False),
        ("api.refused", False),
        ("api.turned_away", False),
    ],
)
def test_loss_is_declared_and_not_guessed(name: str, loss: bool) -> None:
    assert counter_of(name).loss is loss


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("traps.malformed", "component"),
        ("traps.refused", "reason"),
        ("snmp.requests.split", "address"),
        ("plugins.misfits", "plugin"),
        ("storage.commits", "database"),
        ("rules.dropped", "rule"),
        ("api.turned_away", "reason"),
    ],
)
def test_a_key_is_named_for_what_it_is(name: str, label: str) -> None:
    assert counter_of(name).label == label


def test_an_exact_name_stands_before_the_forms() -> None:
    exact = ["*" not in counter.name for counter in REGISTER]
    assert exact == sorted(exact, reverse=True)


def test_each_form_is_declared_once() -> None:
    forms = [counter.name for counter in REGISTER]
    assert len(forms) == len(set(forms))


def gauges() -> set[str]:
    """The gauges that are published."""
    return {origin.text for origin in agent().passed("gauge", 0, "name", "counters")}


def test_every_gauge_is_declared() -> None:
    assert {"events.waiting", "polls.worst_lateness_s", "*.kernel_dropped"} <= gauges()
    assert [name for name in gauges() if gauge_of(name)[0].help == UNDECLARED.help] == []


def test_what_varies_in_a_gauge_is_its_label() -> None:
    gauge, receiver = gauge_of("syslog.udp.buffer")
    assert (gauge.metric, gauge.label, receiver) == ("receiver.buffer_bytes", "receiver", "syslog.udp")
    assert gauge_of("events.waiting")[1] == ""
