"""What differs between two readings though nothing was changed, by the maker's way to write it."""

import pytest

from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_plugins.cisco_asa.plugin import CISCO_ASA
from cmsp_plugins.cisco_ios.cli import CLI as IOS
from cmsp_plugins.cisco_nxos.plugin import CISCO_NXOS

VOLATILE = [
    (
        IOS,
        """Load for five secs: @%/0%; one minute: @%; five minutes: 1%
Time source is NTP, 10:00:0@.123 UTC Fri Nov 27 2026
Building configuration...
Current configuration : 1234@ bytes
! Last configuration change at 10:00:0@ UTC Fri Nov 27 2026 by admin
! NVRAM config last updated at 10:00:0@ UTC Fri Nov 27 2026 by admin
hostname gw
ntp clock-period 1717993@
end
""",
    ),
    (
        CISCO_NXOS.cli,
        """!Command: show running-config
!Running configuration last done at: Fri Nov 27 10:00:0@ 2026
!Time: Fri Nov 27 10:00:0@ 2026
hostname nx
""",
    ),
    (
        CISCO_ASA.cli,
        """: Saved
: Written by enable_15 at 10:00:0@.123 UTC Fri Nov 27 2026
hostname asa
Cryptochecksum:@bcdef0123
: end
""",
    ),
]


@pytest.mark.parametrize(("platform", "reading"), VOLATILE, ids=["ios", "nxos", "asa"])
def test_two_readings_of_an_unchanged_configuration_are_equal(platform: CliPlatform, reading: str) -> None:
    text = ConfigText(platform)
    first, second = (text.stable(reading.replace("@", digit)) for digit in "12")
    assert first == second
    assert "hostname" in first
    assert text.stable(reading.replace("hostname", "hostname changed-")) != first
