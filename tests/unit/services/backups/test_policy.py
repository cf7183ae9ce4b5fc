"""The order comes first, then the tier; a refusal says which."""

import pytest

from cmsp_agent.model.component import BackupPlan, Component, Tier
from cmsp_agent.model.errors import Refused
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.policy import require_backup

IOS = CliPlatform(driver="cisco_ios")


def component(tier: Tier = Tier.MANAGED, enabled: bool = True, source: str = "tier") -> Component:
    return Component("gw-1", ("10.1.0.1",), "paris", tier=tier, backup=BackupPlan(enabled=enabled, source=source))


def test_what_is_granted_gives_the_platform() -> None:
    assert require_backup(component(), IOS) is IOS
    assert require_backup(component(Tier.THIRD_PARTY, source="order"), IOS) is IOS


@pytest.mark.parametrize("tier", list(Tier))
def test_a_refusal_names_its_source(tier: Tier) -> None:
    with pytest.raises(Refused, match=r"gw-1: no backup: .*\(source: tier\)") as refused:
        require_backup(component(tier, enabled=False), IOS)
    assert refused.value.exit_code == 3
    with pytest.raises(Refused, match=r"the order grants it no backup \(source: order\)"):
        require_backup(component(tier, enabled=False, source="order"), IOS)


def test_a_device_without_a_command_line_is_refused_too() -> None:
    with pytest.raises(Refused, match="source: device type"):
        require_backup(component(), None)
