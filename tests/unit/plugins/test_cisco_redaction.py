"""Lines of a Cisco configuration of which people see everything but the secret."""

import pytest

from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_plugins.cisco_ios.cli import CLI

TEXT = ConfigText(CLI)


@pytest.mark.parametrize(
    "line",
    [
        "  pre-shared-key hex HUSH",
        "  pre-shared-key local HUSH",
        "  pre-shared-key remote 6 HUSH",
        "  pre-shared-key address 192.0.2.1 255.255.255.0 key 6 HUSH",
        "  pre-shared-key hostname peer.example key HUSH",
        " key-string hex HUSH",
        " pac key 7 HUSH",
        " ip nhrp authentication HUSH",
        " glbp 1 authentication text HUSH",
        " glbp 1 authentication md5 key-string 7 HUSH",
        " vrrp 1 authentication md5 key-string HUSH",
        " standby 1 authentication md5 key-string 7 HUSH",
        " standby 1 authentication HUSH",
        " ip ospf message-digest-key 1 md5 7 HUSH",
        " area 0 virtual-link 192.0.2.1 message-digest-key 1 md5 7 HUSH",
        "snmp-server user nms ops v3 auth sha-2 256 HUSH priv aes 256 HUSH",
        "snmp-server user nms ops v3 auth sha HUSH priv aes 128 HUSH",
    ],
)
def test_the_secret_is_hidden_and_the_words_before_it_stay(line: str) -> None:
    shown = TEXT.redacted(line)
    assert "HUSH" not in shown
    assert shown.startswith(line.partition("HUSH")[0].rstrip(" 67"))
