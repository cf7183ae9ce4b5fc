"""What may follow a configuration that was believed, and what is kept apart."""

import pytest

from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.plausibility import suspicion
from cmsp_plugins.cisco_ios.cli import CLI

LAST = """version 15.7
hostname gw-paris
enable secret 9 $9$abc
interface GigabitEthernet0/0
 description uplink
 ip address 10.9.8.1 255.255.255.0
router bgp 65000
 neighbor 10.0.0.1 remote-as 65001
snmp-server community s3cret RO
end
"""
OTHER = (
    LAST.replace("10.", "172.").replace("6500", "6400").replace("uplink", "trunk").replace("s3cret", "zzz")
).replace("$9$abc", "$9$xyz")


@pytest.mark.parametrize(
    "text",
    [
        LAST.replace("gw-paris", "gw-rome"),
        OTHER,
        LAST.replace("uplink", "*****"),
        LAST.replace("snmp-server community s3cret RO\n", ""),
    ],
)
def test_what_people_change(text: str) -> None:
    assert not suspicion(LAST, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (OTHER.replace("gw-paris", "gw-rome"), "that of gw-rome, not of gw-paris"),
        (LAST.replace("s3cret", "*****"), "asterisks"),
        (LAST.replace("$9$abc", "<removed>"), "asterisks"),
        (LAST.replace("router bgp 65000\n neighbor 10.0.0.1 remote-as 65001\n", ""), "no router any more"),
    ],
)
def test_what_another_login_or_another_device_shows(text: str, why: str) -> None:
    assert why in suspicion(LAST, text)


def test_a_banner_that_is_written_anew_is_no_section_that_is_gone() -> None:
    banner = "banner login ^C\n Property of ACME\nUnauthorized use\nprohibited\nViolators beware\n^C\n"
    before = f"{banner}{LAST}"
    after = before.replace(banner, "banner login ^C\nKeep out\n^C\n")
    assert suspicion(before, after)
    assert not suspicion(before, after, ConfigText(CLI).commands)
    assert "no router any more" in suspicion(before, after.replace("\nrouter", "\n router"), ConfigText(CLI).commands)


def test_secrets_that_were_never_shown_are_no_news() -> None:
    masked = LAST.replace("s3cret", "*****")
    assert not suspicion(masked, masked.replace("uplink", "trunk"))
