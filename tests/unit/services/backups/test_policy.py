"""What was bought is what is done; a refusal says why, and by whose word."""

from dataclasses import replace

import pytest

from cmsp_agent.model.component import Component, OrderedServices, Tier
from cmsp_agent.model.errors import Refused
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.policy import require_backup, require_restore

IOS = CliPlatform(driver="cisco_ios")
GATEWAY = Component("gw-1", ("10.1.0.1",), "paris")
NO_BACKUP = OrderedServices({"backup": "no"})
NO_CHANGE = OrderedServices({"change": "no"})


def test_what_is_granted_gives_the_platform() -> None:
    assert require_backup(GATEWAY, IOS) is IOS
    assert (
        require_backup(replace(GATEWAY, tier=Tier.END_OF_LIFE, ordered=OrderedServices({"backup": "yes"})), IOS) is IOS
    )


@pytest.mark.parametrize("tier", [tier for tier in Tier if tier is not Tier.MANAGED])
def test_a_refusal_names_its_source(tier: Tier) -> None:
    with pytest.raises(Refused, match=r"gw-1: no backup: .*\(source: tier\)") as refused:
        require_backup(replace(GATEWAY, tier=tier), IOS)
    assert refused.value.exit_code == 3
    with pytest.raises(Refused, match=r"the order says change: no \(source: order\)"):
        require_restore(replace(GATEWAY, ordered=NO_CHANGE), IOS)


def test_the_order_takes_away_as_well() -> None:
    with pytest.raises(Refused, match=r"the order says backup: no \(source: order\)"):
        require_backup(replace(GATEWAY, ordered=NO_BACKUP), IOS)


def test_a_device_without_a_command_line_is_refused_too() -> None:
    with pytest.raises(Refused, match="source: device type"):
        require_backup(GATEWAY, None)
    with pytest.raises(Refused, match="source: device type"):
        require_restore(GATEWAY, IOS)
