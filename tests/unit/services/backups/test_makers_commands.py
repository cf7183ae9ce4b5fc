"""Secrets in the forms of Huawei, Extreme and MikroTik, and lines of the same words that hold none."""

import pytest

from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText

TEXT = ConfigText(CliPlatform(driver="generic"))

SECRET = """\
super password level 3 cipher %^%#HUSH%^%#
local-user admin password simple HUSH
set authentication password simple HUSH
snmp-agent usm-user v3 bob authentication-mode sha cipher %^%#HUSH%^%#
snmp-agent usm-user v3 bob authentication-mode sha2-256 HUSH privacy-mode aes128 HUSH
snmp-agent target-host trap address udp-domain 192.0.2.1 params securityname cipher %^%#HUSH%^%# v2c
ospf authentication-mode hmac-sha256 1 cipher %^%#HUSH%^%#
area-authentication-mode md5 cipher HUSH
rip authentication-mode md5 usual cipher HUSH
vrrp vrid 1 authentication-mode md5 HUSH
ntp-service authentication-keyid 1 authentication-mode hmac-sha256 cipher HUSH
pre-shared-key simple HUSH
md5-password plain 192.0.2.1 HUSH
security wpa2 psk pass-phrase %^%#HUSH%^%# aes
sa string-key inbound esp cipher HUSH
create account admin bob encrypted "HUSH"
create account user bob HUSH
configure account admin encrypted "HUSH"
configure snmp add community readonly HUSH
configure snmpv3 add community "HUSH" name "HUSH" user "v1v2c_ro"
configure snmpv3 add user bob authentication sha auth-encrypted localized-key HUSH privacy aes 128 HUSH
configure ospf vlan v authentication encrypted md5 1 "HUSH"
configure ntp key 1 md5 encrypted HUSH
radius server host 192.0.2.1 key HUSH used-by cli
ip isis hello-auth type hmac-md5 key HUSH key-id 1
snmp-server user bob group g sha HUSH aes HUSH
set radius server 1 192.0.2.1 1812 :HUSH:
add listen-port=1 name=wg private-key="HUSH="
add mode=dynamic-keys name=p wpa2-pre-shared-key=HUSH
add auth=md5 auth-id=1 auth-key=HUSH
add name=b tcp-md5-key=HUSH
key-string HUSH with HUSH blanks
"""
PLAIN = """\
local-user admin service-type ssh
ssh user bob authentication-type password
authentication-mode aaa
authentication-mode password
undo password complexity-check
snmp-agent target-host trap address udp-domain 192.0.2.1 params securityname bob v3 privacy
configure account all password-policy char-validation all-char-groups
configure ssl certificate privkeylen 2048
add public-key="abc=" allowed-address=192.0.2.2
add name=password.example.com address=192.0.2.1
"""


@pytest.mark.parametrize("line", SECRET.splitlines())
def test_the_secret_is_hidden(line: str) -> None:
    assert "HUSH" not in TEXT.redacted(line)


@pytest.mark.parametrize("line", PLAIN.splitlines())
def test_plain_words_stay(line: str) -> None:
    assert TEXT.redacted(line) == line


def test_a_name_is_secret_in_the_section_of_communities_alone() -> None:
    communities = "/snmp community\nset [ find default=yes ] name=HUSH\nadd addresses=::/0 name=HUSH\n"
    shown = TEXT.redacted(f"{communities}/system identity\nset name=paris\n")
    assert "HUSH" not in shown
    assert "set name=paris" in shown
