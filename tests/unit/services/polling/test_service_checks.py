"""When a service is down, and when a certificate ends: judged over polls."""

from pathlib import Path

import pytest

from cmsp_agent.model.component import ReachPlan, ServiceCheck
from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.model.severity import Severity
from cmsp_agent.services.polling.service_checks import DAY, ServiceJudge, ServicesAsked
from cmsp_agent.transports.probes import ServiceAnswer
from tests.unit.config.builders import MINIMAL, load


def reach_of(folder: Path, reach: str) -> ReachPlan:
    text = MINIMAL.replace("site: paris}", f"site: paris, reach: {reach}}}")
    return load(folder, text).components["gw-1"].reach


WEB = ServiceCheck("http", 0, url="https://cer/x")
GOOD, BAD = ServiceAnswer(True, True, seconds=0.02, status=200), ServiceAnswer(False, False, "no answer in 2 s")
NOW = 1_767_225_600_000


def seen(judge: ServiceJudge, answer: ServiceAnswer, *, reachable: bool = True) -> list[tuple[str, bool]]:
    states = judge.states(ServicesAsked({WEB: answer}), NOW, reachable=reachable)
    return [(state.type, state.raised) for state in states]


def test_three_polls_in_a_row_must_fail_and_one_answer_ends_it() -> None:
    judge = ServiceJudge()
    found = [seen(judge, answer) for answer in (BAD, BAD, GOOD, BAD, BAD, BAD, BAD, GOOD)]
    up, down = [("service.down", False)], [("service.down", True)]
    assert found == [[], [], up, [], [], down, down, up]


def test_what_answers_nothing_at_all_is_down_as_a_component() -> None:
    judge = ServiceJudge()
    assert [seen(judge, BAD, reachable=False) for _ in range(5)] == [[]] * 5


@pytest.mark.parametrize(
    ("days", "severity", "text"),
    [
        (31, None, "holds for 31 days"),
        (29, Severity.WARNING, "ends in 29 days"),
        (6, Severity.MAJOR, "ends in 6 days"),
        (-3, Severity.MAJOR, "ended 3 days ago"),
    ],
)
def test_the_end_of_a_certificate(days: int, severity: Severity | None, text: str) -> None:
    answer = ServiceAnswer(True, True, expires_at=NOW + days * DAY, subject="cer")
    states = {state.type: state for state in ServiceJudge().states(ServicesAsked({WEB: answer}), NOW, reachable=True)}
    state = states["certificate.ends"]
    assert (state.raised, state.severity) == (severity is not None, severity)
    assert state.text == f"the certificate of https://cer/x (cer) {text}"


def test_figures_have_the_service_as_their_object() -> None:
    services = ServicesAsked({WEB: ServiceAnswer(True, True, seconds=0.5, status=200, expires_at=NOW + 10 * DAY)})
    assert services.figures(NOW) == {
        "service.time[https://cer/x]": 0.5,
        "service.status[https://cer/x]": 200.0,
        "certificate.days[https://cer/x]": 10.0,
    }
    assert services.alive is True
    assert ServicesAsked().alive is None


def test_one_service_or_a_list_may_be_written(tmp_path: Path) -> None:
    found = reach_of(tmp_path, "{tls: 443, http: [https://a/x, http://b:8080], sip: [udp:5060, tls:5061]}")
    assert [check.name for check in found.services] == [
        "TLS 443",
        "https://a/x",
        "http://b:8080",
        "SIP udp 5060",
        "SIP tls 5061",
    ]


@pytest.mark.parametrize(
    ("reach", "mistake"),
    [
        ("{sip: 5060}", "a transport and a port are wanted"),
        ("{sip: sctp:5060}", "a transport and a port are wanted"),
        ("{sip: udp:0}", "a transport and a port are wanted"),
        ("{http: cer/x}", "a URL is wanted"),
        ("{http: 'https://a:99999/'}", "a URL is wanted"),
        ("{tls: 70000}", "70000"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, reach: str, mistake: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        reach_of(tmp_path, reach)
    assert mistake in str(raised.value)
    assert "reach" in str(raised.value)
