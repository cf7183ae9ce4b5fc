"""How the host calls what a plugin registered: alone, timed, and never believing what comes back."""

import logging

import pytest

from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.plugin.api import NormaliseFunction
from tests.unit.plugin.conftest import Site

SIGNAL = SyslogSignal("gw-1", 1_000, "LINK-3-UPDOWN", "x")
EVENT = Event("1", "gw-1", "paris", "", "t", Severity.MAJOR, Transition.RAISE, 1, 1, "received", (Source.TRAP,), "text")

READER = """
from cmsp_agent.plugin.api import DeviceType, AlarmReport, Transition, hook
API_VERSION = 1

def read(signal):
    BODY

@hook
def device_types():
    return [DeviceType(NAME, "A device", normalise=read)]
"""


def reader(site: Site, body: str) -> NormaliseFunction:
    site.install("acme", READER.replace("BODY", body))
    site.host.load()
    kind = site.host.registry.named("acme")
    assert kind is not None
    assert kind.normalise is not None
    return kind.normalise


def test_what_plugin_code_reads_is_passed_on(site: Site) -> None:
    read = reader(site, "return [AlarmReport('link.down', 'Gi0/0', Transition.RAISE)]")
    assert [report.object for report in read(SIGNAL) or ()] == ["Gi0/0"]


def test_plugin_code_that_raises_says_nothing_and_is_logged_once(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    read = reader(site, "raise KeyError('x')")
    with caplog.at_level(logging.ERROR):
        assert [read(SIGNAL) for _ in range(3)] == [None] * 3
    assert caplog.text.count("plugin failed in normalise of acme") == 1
    assert site.counters.value("plugins.failed", "acme") == 3


@pytest.mark.parametrize(
    "body", ["return 42", "return 'text'", "return [42]", "return [AlarmReport(1, 'x', Transition.RAISE)]"]
)
def test_nonsense_from_plugin_code_is_no_alarm_report(site: Site, body: str) -> None:
    read = reader(site, body)
    assert read(SIGNAL) is None
    assert site.counters.value("plugins.misfits", "acme") + site.counters.value("plugins.failed", "acme") == 1


def test_plugin_code_may_leave_a_signal_to_the_rules(site: Site) -> None:
    assert reader(site, "return None")(SIGNAL) is None
    assert site.counters.total("plugins.failed") == 0


def test_every_plugin_observes_an_event_though_one_raises(site: Site) -> None:
    watcher = (
        "from cmsp_agent.plugin.api import hook\nAPI_VERSION = 1\nSEEN = []\n@hook\ndef event_recorded(event):\n    "
    )
    site.install("a_raises", watcher + "1 / 0")
    site.install("b_watches", watcher + "SEEN.append(event.type)")
    site.host.load()
    site.host.event_recorded(EVENT)
    import outside_b_watches  # type: ignore[import-not-found]

    assert outside_b_watches.SEEN == ["t"]
    assert site.counters.value("plugins.failed", "a_raises") == 1


def test_a_hook_may_take_fewer_arguments_than_it_is_offered(site: Site) -> None:
    site.install(
        "few", "from cmsp_agent.plugin.api import hook\nAPI_VERSION = 1\n@hook\ndef event_recorded():\n    1 / 0"
    )
    site.host.load()
    site.host.event_recorded(EVENT)
    assert site.counters.value("plugins.failed", "few") == 1


def test_calls_are_counted_and_timed(site: Site) -> None:
    read = reader(site, "return []")
    for _ in range(3):
        read(SIGNAL)
    report = site.host.reports()[0]
    assert report.calls == 5  # device_types, its check, and three signals
    assert report.failures == 0


def test_a_slow_call_is_counted(site: Site) -> None:
    def slow() -> None:
        site.clock._monotonic += 0.2

    site.host.call("acme", "something", slow)
    assert site.counters.value("plugins.slow", "acme") == 1
