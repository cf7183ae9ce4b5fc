"""An alarm says at its opening how it will end where no message and no poll can end it."""

from dataclasses import replace

import pytest

from cmsp_agent.model.credentials import Credentials, SnmpCredential
from cmsp_agent.model.event import Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.plugin.api import AlarmType, StateRule, SyslogRule
from tests.unit.pipeline.site import COMPONENTS, GATEWAY, Site

RAISE, CLEAR = Transition.RAISE, Transition.CLEAR
KIND = replace(
    GATEWAY,
    alarms=(*GATEWAY.alarms, AlarmType("fuse.blown", Severity.MAJOR, "{object}: fuse blown", recommendation="Look.")),
    syslog=(*GATEWAY.syslog, SyslogRule("PWR-2-FUSE", "fuse.blown", r"fuse (?P<object>\S+)", RAISE)),
)
BY_MESSAGE = replace(KIND, syslog=(*KIND.syslog, SyslogRule("PWR-6-FUSE", "fuse.blown", r"(?P<object>\S+)", CLEAR)))
BY_POLL = replace(KIND, states=(StateRule("1.3.9.1", "fuse.blown", frozenset({2}), frozenset({1})),))
ASKED = replace(COMPONENTS["gw-1"], credentials=Credentials(snmp=SnmpCredential("2c")))


@pytest.mark.parametrize(
    ("kind", "component", "by_a_person"),
    [
        (KIND, COMPONENTS["gw-1"], True),
        (BY_MESSAGE, COMPONENTS["gw-1"], False),
        (BY_POLL, COMPONENTS["gw-1"], True),
        (BY_POLL, ASKED, False),
    ],
)
def test_who_ends_it(monkeypatch: pytest.MonkeyPatch, kind: object, component: object, *, by_a_person: bool) -> None:
    monkeypatch.setattr("tests.unit.pipeline.site.GATEWAY", kind)
    site = Site([component])  # type: ignore[list-item]
    [event] = site.tell(SyslogSignal("gw-1", site.now, "PWR-2-FUSE", "fuse F1 blown", 2)).new.values()
    assert ("cmsp-agent alarm clear" in event.text) is by_a_person
    assert event.attributes == ({"ends": "by a person"} if by_a_person else {})
    [incident] = site.open
    assert (event.id in incident.recommendation) is by_a_person
