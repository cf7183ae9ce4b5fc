"""A call that failed is minor; many within minutes are major, whatever their objects, until they become few again."""

import pytest

from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import SyslogSignal
from tests.unit.pipeline.site import Site


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    kind = next(each for each in installed().registry if each.name == "cisco_iosxe")
    monkeypatch.setattr("tests.unit.pipeline.site.GATEWAY", kind)
    return Site()


def fails(site: Site, number: int, component: str = "gw-1") -> Severity:
    text = f"Part {number}: Internal Error (DNS query fail): IEC=10.1.128.7.47.0 on callID {number}"
    site.tell(SyslogSignal(component, site.later(20_000), "VOICE_IEC-3-GW", text))
    return [*site.events.values()][-1].severity


def test_ten_within_five_minutes_are_major(site: Site) -> None:
    assert [fails(site, number) for number in range(12)] == [Severity.MINOR] * 9 + [Severity.MAJOR] * 3
    assert [*site.events.values()][-1].attributes["burst"] == "10 within 300 s"
    assert fails(site, 0, "gw-2") is Severity.MINOR
    site.later(600_000)
    assert fails(site, 13) is Severity.MINOR
