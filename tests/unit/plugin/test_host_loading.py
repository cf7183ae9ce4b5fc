"""What the host takes in and what it turns away. One plugin's fault never touches another's."""

import logging

import pytest

from tests.unit.plugin.conftest import Site

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


def test_a_plugin_of_another_distribution_is_loaded_by_its_entry_point(site: Site) -> None:
    site.install("acme")
    site.host.load()
    assert site.report("acme") == ("loaded", "")
    assert site.host.registry.named("acme") is not None
    assert site.host.registry.plugin_of("acme") == "acme"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module_anywhere", "import failed: ModuleNotFoundError"),
        ("def (", "import failed: SyntaxError"),
        ("raise SystemExit(3)", "import failed: SystemExit"),
        ("raise KeyboardInterrupt", "import failed: KeyboardInterrupt"),
        ("import asyncio\nraise asyncio.CancelledError", "import failed: CancelledError"),
        ("1 / 0", "import failed: ZeroDivisionError"),
        ("API_VERSION = 2", "made for plugin API 2; this agent has API 1"),
        ("", "made for plugin API None"),
        ("API_VERSION = True", "made for plugin API True"),
        ("from cmsp_agent.plugin.api import hook\nAPI_VERSION = 1\n@hook\ndef device_type():\n    pass", "no hook"),
        (
            "from cmsp_agent.plugin.api import hook\nAPI_VERSION = 1\n@hook\ndef device_types(one, two):\n    pass",
            "a hook does not fit",
        ),
    ],
)
def test_a_plugin_that_cannot_be_used_is_refused_with_the_reason(
    site: Site, source: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    site.install("bad", source)
    site.install("good")
    with caplog.at_level(logging.ERROR):
        site.host.load()
    state, reported = site.report("bad")
    assert state == "refused"
    assert reason in reported
    assert site.report("good") == ("loaded", "")
    assert site.counters.value("plugins.refused", "bad") == 1
    assert reason in caplog.text


def test_what_one_plugin_raises_hides_nothing_of_the_others(site: Site) -> None:
    site.install(
        "a_raises", "from cmsp_agent.plugin.api import hook\nAPI_VERSION = 1\n@hook\ndef device_types():\n    1 / 0"
    )
    site.install("b_good")
    site.host.load()
    assert list(site.host.registry.types) == ["b_good"]
    assert site.counters.value("plugins.failed", "a_raises") == 1


MISFIT = """
from dataclasses import replace
from cmsp_agent.plugin.api import *
API_VERSION = 1
LINK = AlarmType("link.down", Severity.MAJOR, "{component}: {object} down")
TRAPS = tuple(TrapRule(f"1.3.6.{n}", "link.down", what) for n, what in enumerate((Transition.RAISE, Transition.CLEAR)))
GOOD = DeviceType(NAME, "A device", alarms=(LINK,), traps=TRAPS)

@hook
def device_types():
    return ANSWER
"""


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("None", ""),
        ("42", ""),
        ("'cisco_ios'", ""),
        ("[42]", "expected DeviceType, got int"),
        ("[DeviceType('Bad name', 'x')]", "not a name"),
        ("[replace(GOOD, traps='1.3')]", "expected a tuple, got str"),
        ("[replace(GOOD, sys_object_ids=('1.3.x',))]", "not an OID ('1.3.x')"),
        ("[replace(GOOD, sys_descr='(')]", "not a pattern"),
        ("[replace(GOOD, alarms=(LINK, LINK))]", "'link.down' twice"),
        ("[replace(GOOD, kpis=(Kpi('cpu', 'percent', ('1.3',)),) * 2)]", "'cpu' twice"),
        ("[replace(GOOD, kpis=(Kpi('cpu', 'percent', ()),))]", "oids: empty"),
        ("[replace(GOOD, kpis=(Kpi('cpu', 'percent', ('1.3',), kind='count'),))]", "one of 'gauge'"),
        ("[replace(GOOD, traps=(TrapRule('1.3.6', 'no.such', Transition.RAISE),))]", "not among the alarms"),
        ("[replace(GOOD, traps=(TrapRule('1.3.6', 'link.down'),))]", "neither a state nor"),
        ("[replace(GOOD, syslog=(SyslogRule('LINK-3-UPDOWN', 'link.down', '(a'),))]", "not a pattern"),
        ("[replace(GOOD, cli=CliPlatform('cisco_ios', redact=(Redaction('x'),)))]", "no group `secret`"),
        ("[replace(GOOD, personal=(Redaction('(?P<secret>'),))]", "personal[0]: not a pattern"),
        ("[replace(GOOD, alarms=(replace(LINK, title='{name}'),))]", "are filled in"),
        ("[GOOD, GOOD]", "is registered already"),
    ],
)
def test_what_does_not_fit_is_reported_counted_and_left_out(site: Site, answer: str, reason: str) -> None:
    site.install("bad", MISFIT.replace("ANSWER", answer))
    site.install("good")
    site.host.load()
    assert site.host.registry.named("good") is not None
    reported = next(report for report in site.host.reports() if report.name == "bad")
    assert reason in " ".join(reported.problems)
    assert site.counters.total("plugins.misfits") + site.counters.total("plugins.failed") == 1


def test_an_endless_answer_ends(site: Site) -> None:
    source = MISFIT.replace("ANSWER", "(DeviceType(f't{n}', 'x') for n in __import__('itertools').count())")
    site.install("endless", source)
    site.host.load()
    assert len(site.host.registry.types) == 500


def test_a_good_device_type_beside_a_bad_one_is_kept(site: Site) -> None:
    site.install("half", MISFIT.replace("ANSWER", "[42, GOOD]"))
    site.host.load()
    assert list(site.host.registry.types) == ["half"]


def test_the_second_plugin_of_a_name_is_turned_away(site: Site) -> None:
    site.install("twin", distribution="cmsp-agent")
    other = site.folder / "zz-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: zz\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[cmsp_agent.plugins]\ntwin = outside_twin\n")
    site.host.load()
    assert [report.distribution for report in site.host.reports()] == ["cmsp-agent"]
    assert site.counters.value("plugins.refused", "twin") == 1


def test_unreadable_metadata_of_one_distribution_hides_no_other(site: Site) -> None:
    site.install("good")
    broken = site.folder / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_bytes(b"Metadata-Version: 2.1\nName: broken\n")
    (broken / "entry_points.txt").write_bytes(b"\xff\xfe[cmsp_agent.plugins")
    site.host.load()
    assert site.report("good") == ("loaded", "")
    assert site.counters.value("plugins.unreadable_distributions") == 1


def test_a_quarantined_plugin_is_not_even_imported(site: Site) -> None:
    from cmsp_agent.plugin.quarantine import Quarantined

    site.install("stuck", "raise AssertionError('imported')")
    site.quarantine.add(Quarantined("stuck", 1, "blocked the event loop for 15 s in import"))
    site.host.load()
    assert site.report("stuck") == ("quarantined", "blocked the event loop for 15 s in import")
    assert site.quarantine.clear("stuck")


STUCK = """
from cmsp_agent.plugin.api import DeviceType, hook
API_VERSION = 1
def stuck(signal):
    raise AssertionError("called")
@hook
def device_types():
    return [DeviceType("stuck", "Stuck", normalise=stuck)]
"""


def test_code_for_messages_that_blocked_is_left_out_and_the_device_type_stays(site: Site) -> None:
    from cmsp_agent.plugin.quarantine import Quarantined

    site.install("stuck", STUCK)
    site.quarantine.add(Quarantined("stuck", 1, "blocked the event loop for 15 s", call="normalise of stuck"))
    site.host.load()
    assert site.report("stuck") == ("quarantined", "blocked the event loop for 15 s; its normalise alone is left out")
    kind = site.host.registry.named("stuck")
    assert kind is not None
    assert kind.normalise is None
    assert site.quarantine.clear("stuck")
