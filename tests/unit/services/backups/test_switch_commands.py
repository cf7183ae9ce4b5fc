"""Secrets in the forms of other makers' switches, firewalls and WLAN controllers, and lines that hold none."""

import pytest

from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText

TEXT = ConfigText(CliPlatform(driver="generic"))

SECRET = """\
snmpv3 community index "1" name "HUSH" sec-name "x"
mgmt-user admin root HUSH
crypto-local isakmp key "HUSH" address 0.0.0.0
snmp-server user "u" auth-prot sha HUSH priv-prot AES HUSH
masterip 10.1.1.1 ipsec HUSH
radius-server host 10.1.1.1 encrypted-key "HUSH"
sntp authentication key-id 1 authentication-mode md5 key-value "HUSH"
 set authentication password hash HUSH
super password role network-admin hash HUSH
hwtacacs scheme X\\n key authorization cipher HUSH\\n key accounting simple HUSH
config snmp community create HUSH
snmp community accessmode ro HUSH
config radius auth add 1 10.1.1.1 1812 ascii HUSH
tacacs auth add encrypt 1 10.1.1.1 49 password 1 HUSH0a HUSH0b 16 HUSH0c
mgmtuser add encrypt admin 1 HUSH0a HUSH0b 16 HUSH0c read-write
config system snmp community\\n    edit 1\\n        set name "HUSH"\\n    next\\nend
        set priv-pwd HUSH
        set md5-key 1 "HUSH"
config account admin encrypt sha_1 *@&HUSH
create snmp user u g v3 encrypted by_password auth md5 HUSH priv des HUSH
users passwd "admin" encrypted HUSH
snmptrap HUSH ipaddr 10.1.1.1
radius server key auth "10.1.1.1" encrypted HUSH
snmp-server community ro HUSH
set ike gateway "g" address 1.1.1.1 Main preshare "HUSH" proposal "p"
user x password "HUSH" uid "4"
set expert-password-hash HUSH
          phash HUSH;
<phash>HUSH</phash>
<prv>HUSH</prv>
<pre-shared-key>HUSH</pre-shared-key>
add system user bob HUSH -encrypted
set rpcNode 10.1.1.1 -password HUSH -encrypted
set oam snmp communityString CMSP snmpCommunityName HUSH
logging ftp-server 10.1.1.1 /x user HUSH
"""
PLAIN = """\
snmp-server community <hidden> RO 10
config system snmp sysinfo
set keyindex 1
set password-policy enable
add system group admins
key chain authentication
user guide: the password is on the label
ipsec profile hub
aaa user-role network-operator
"""


@pytest.mark.parametrize("line", SECRET.splitlines())
def test_the_secret_is_hidden(line: str) -> None:
    assert "HUSH" not in TEXT.redacted(line.replace("\\n", "\n"))


@pytest.mark.parametrize("line", PLAIN.splitlines())
def test_plain_words_stay(line: str) -> None:
    assert TEXT.redacted(line) == line
