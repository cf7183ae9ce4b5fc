"""What a component is without having been asked."""

import pytest

from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import DeviceUnreachable


def test_one_whose_name_leads_nowhere_is_unreachable() -> None:
    assert Component("gw-1", ("192.0.2.1", "2001:db8::1"), "paris").address == "192.0.2.1"
    with pytest.raises(DeviceUnreachable, match="gw-1: its host name can't be resolved"):
        _ = Component("gw-1", (), "paris").address
