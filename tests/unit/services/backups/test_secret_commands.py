"""Secrets in the forms of the makers' command references, and lines of the same words that hold none."""

import pytest

from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_plugins.audiocodes.configuration import CONFIGURATION
from cmsp_plugins.cisco_nxos.plugin import CISCO_NXOS
from cmsp_plugins.frr.plugin import FRR

TEXT = ConfigText(CliPlatform(driver="generic"))

SECRET = """\
! snmp-server community HUSH RO
!! username op password 7 HUSH
# enable secret 5 $1$abc$HUSH
access-list 10 remark snmp-server community HUSH RO
description tacacs-server key HUSH
action 3.0 snmp-server community HUSH RO
action 3.2 cli command "config t ; snmp-server community HUSH RO"
isis authentication key HUSH
ip vrrp 1 authentication HUSH
http-proxy "bob:HUSH@192.0.2.1" port 80
encrypted-pwd HUSH
event manager environment smtp_pass HUSH
event manager environment _mail_pw HUSH
rw-community-string-1 HUSH
token: eyJhbGciOi.eyJzdWIi.HUSH
encrypted-password "HUSH"; ## SECRET-DATA
snmp-agent community write HUSH
password cipher HUSH
snmpv3 user "u" auth sha "HUSH" priv aes "HUSH"
ssh-key-pass HUSH
license key HUSH
<Profile_Rule ua="na">[--key HUSH] https://192.0.2.1/x</Profile_Rule>
url https://192.0.2.1/api?token=HUSH&x=1
Authorization: Bearer HUSH-eyJhbGciOi
X-API-Key: HUSH
<attribute name='sharedSecret' value='HUSH'/>
<property name="keystore.password">HUSH</property>
{"key": "shared_secret", "value": "HUSH"}
{"communities": ["HUSH"]}
'password': 'HUSH'
address ipv4 192.0.2.1 auth-port 1812 acct-port 1813 key HUSH
snmp-server host inside 192.0.2.1 community 8 HUSH version 2c
snmp-server host inside 192.0.2.1 poll community HUSH
snmp-server user nms network-admin auth md5 0xHUSH priv aes-128 0xHUSH localizedkey
authentication local pre-share key HUSH
authentication remote pre-share key 6 HUSH
set security-association inbound esp 256 cipher HUSH authenticator HUSH
set session-key outbound esp 300 cipher HUSH authenticator HUSH
ospfv3 authentication ipsec spi 500 sha1 7 HUSH
ospfv3 encryption ipsec spi 500 esp aes-cbc 128 HUSH sha1 HUSH
ospfv3 encryption ipsec spi 500 esp 3des 7 HUSH md5 7 HUSH
ipv6 ospf encryption ipsec spi 1001 esp null sha1 7 HUSH
area 0 authentication ipsec spi 500 md5 HUSH
lsp-password hmac-md5 encrypted HUSH
hello-password text clear HUSH
isis password md5 HUSH
ip rip authentication string HUSH
rip authentication key 8 HUSH key_id 1
authentication key eigrp 100 8 HUSH key-id 5
authentication mode hmac-sha-256 7 HUSH
authentication text HUSH
mpls ldp password option 1 for 10 7 HUSH
mpls ldp vrf red password fallback HUSH
ip msdp password peer 192.0.2.1 7 HUSH
authenticate credential ata HUSH
xml user phones password HUSH 0
encryption vlan 1 key 1 size 40bit 7 HUSH transmit-key
user bob nthash 7 HUSH
nas 192.0.2.1 key 7 HUSH
syscon address 192.0.2.1 mask 255.0.0.0 HUSH
vtp password HUSH hidden
vtp domain site password HUSH
radius-common-pw HUSH
vpdn username bob password HUSH store-local
http-form hidden-parameters user=bob&pw=HUSH
cable shared-secondary-secret index 1 7 HUSH
action 2 cli command "username bob password HUSH"
action 2 cli command "enable secret 0 HUSH"
action 3.1 cli command "snmp-server community HUSH RO"
cli copy running-config ftp://bob:p@ssHUSH@192.0.2.1/x
lte profile create 1 internet chap bob HUSH
lte sim authenticate 7 HUSH slot 0
license smart trust idtoken HUSH
attribute type password "HUSH" service ppp
fcsp dhchap password 7 HUSH 10:00:00:00:00:00:00:00
cts sap pmk HUSH modelist gcm
cts sxp connection peer 192.0.2.1 password required HUSH mode peer listener
crypto pki export TP pem terminal 3des HUSH
crypto pki import TP pkcs12 HUSH
crypto pki import TP pkcs12 flash:bundle.p12 HUSH
crypto pki import TP pkcs12 terminal password HUSH
crypto pki export TP pem url flash: aes HUSH
crypto ca import TP pkcs12 HUSH nointeractive
crypto key export rsa MINE pem terminal 3des HUSH
crypto key import rsa MINE pem url nvram:mine HUSH
pkcs12 HUSH
crypto pki pkcs12 HUSH
database archive pkcs12 password 7 HUSH
otp HUSH
authentication username bob challenge HUSH
srtp key HUSH
ppk manual id carrier key 6 HUSH
ip mobile secure host 192.0.2.1 spi 100 key hex HUSH
after-hours override-code HUSH
storage-key HUSH
private-key-pass HUSH
phrase HUSH
priv-key HUSH obscured
rw-community-string "HUSH" obscured
ppp eap password HUSH
<Password_1_ ua="na">HUSH</Password_1_>
community-name                 HUSH
sntp authentication-key 1 md5 HUSH
redundancy group 1 authentication text HUSH
server 192.0.2.1 auth-port 1812 key HUSH
sender-cred 7 HUSH
token 0 HUSH
no snmp-server community HUSH RO
logged command:crypto isakmp key HUSH address 192.0.2.1
action 4 set _pw "HUSH"
action 5.4 cli command "no snmp-server community HUSH"
mail-server bob:HUSH@192.0.2.1 priority 1
group site key 6 HUSH
ipv6 nhrp authentication HUSH
capf-auth-str HUSH
profile id 1 apn A authentication pap username bob password 6 HUSH pdn-type ipv4
rmon event 1 log trap HUSH description d owner o
license 7 HUSH
radius-server host 192.0.2.1 test username bob password HUSH idle-time 5
ip msdp password 192.0.2.1 7 HUSH
aaa-server RAD (inside) host 192.0.2.1 HUSH timeout 10
snmp-server host-group inside NMS poll community 8 HUSH
cluster key HUSH
presharedkey            HUSH
encr-key            HUSH
ftp password (pw)     : HUSH
<AuthKey>HUSH</AuthKey>
<PreSharedKey>HUSH</PreSharedKey>
<Pin>HUSH</Pin>
set system snmp communityString HUSH
set oam snmp users bob authKey HUSH privKey HUSH
set oam snmp trapTarget T community HUSH
shared-secret accounting HUSH
session-key inbound esp-encryption HUSH
description the password to-HUSH
rocommunity HUSH 192.0.2.0/24
rwcommunity -s source HUSH
authcommunity log,execute HUSH
com2sec -Cn context user default HUSH
com2sec user HUSH
trap2sink 192.0.2.1 HUSH 162
createUser -e 0x8000 nms SHA-256 "HUSH words" AES "HUSH words"
createUser nms SHA -m 0xHUSH AES -l 0xHUSH
usmUser 1 3 0x80001f88 "nms" "nms" NULL .1.3.6 0xHUSH .1.3.6 0xHUSH 0x
trapsess -v 3 -u nms -a SHA -A HUSH -x AES -X HUSH -l authPriv 192.0.2.1
proxy -v2c -cHUSH 192.0.2.1 .1.3.6
defAuthPassphrase HUSH
ip ospf message-digest-key 1 sha512 7 HUSH
ipv6 ospf6 authentication key-id 1 hash-algo md5 key HUSH
authentication-key sha256 7 HUSH
snmp host 192.0.2.1 security-name HUSH
mab request format attribute 2 7 HUSH
snmp-server host 192.0.2.1 HUSH snmp cpu
snmp-server location rack 4, password HUSH-1
Password_1_:HUSH
{"rw_community": 4711HUSH}
action 1.0 mail server "smtp.example.com" username bob password "HUSH" to "x" from "y" subject "s" body "b"
auth credential bob HUSH
eapfast server-key primary 7 HUSH
text-authentication HUSH
vrrp 1 peer authentication ietf-md5 key-string 7 HUSH
ip vrrp auth-type simple-text-auth HUSH
auth_pass HUSH
bind-pw HUSH
preshared-key-encrypted HUSH
subscriber service password 7 HUSH
bfd authentication keyed-sha1 keyid 1 key HUSH
set protocols ospf area 0 interface lo0 authentication md5 1 key HUSH
set snmp v3 usm local-engine user u privacy-aes128 privacy-key "HUSH"
set snmp v3 snmp-community 1 community-name HUSH
aes-ctr-nonce HUSH
x-api-key HUSH
"""

PLAIN = """\
key *****
ikev1 pre-shared-key *****
enable password ***** pbkdf2
! key customer in Lyon
! password reset by noc
description password reset
access-list 10 remark password servers
key storage is full
key exchange failed with 192.0.2.1
password policy violation by user bob
authentication mode md5 key-chain KC1
http://192.0.2.1:8443/a@b
banner login ^C Authorization is required. Bearer of this card ^C
crypto pki import TP pem terminal
crypto pki import TP pkcs12 terminal
crypto pki import TP pkcs12 flash:bundle.p12
crypto pki export TP pem terminal 3des
crypto key export rsa MINE pem terminal 3des
database archive pkcs12
description pkcs12 bundle of the carrier
otp mac 0011.2233.4455
server 192.0.2.1 auth-port 1645 acct-port 1646
server name T1
token policy site
password encryption aes
password strength-check
no password strength-check
username admin passphrase lifetime 99999 warntime 14 gracetime 3
snmp-server host 192.0.2.1 use-vrf management
snmp-server host 192.0.2.1 source-interface loopback0
authentication pre-share
authentication mode md5
authentication port-control auto
ip ospf authentication message-digest
lsp-password keychain ISIS
mpls ldp password required
lte sim primary slot 0
encryption aes 256
encryption mode ciphers aes-ccm
crypto key generate rsa modulus 2048
token-ring
tunnel key 42
ntp server 192.0.2.1 key 1
ppp authentication chap callin
vtp mode transparent
% Invalid password for user
% Password: incorrect
password is required
password will expire in a week
aaa password restriction
neighbor 192.0.2.1 description password of the peer is known to the desk
snmp-server host 192.0.2.1 version 3 priv
service pin flash:pin.tcl
license udi pid ISR4331/K9 sn FDO12345678
license smart transport smart
aaa-server RAD (inside) host 192.0.2.1 timeout 10
<PasswordExpiry>30</PasswordExpiry>
<PublicKey>x</PublicKey>
action 2.0 cli command "show run | include password"
snmp-server location Berlin, secret room
syslocation behind the secret door
remark allow the password server
Enter password: never share your secret
set system authentication-order [ radius password ]
{"community_count": 5}
# rocommunity is described in snmpd.conf(5)
trapsess -v 3 -u nms -l noAuthNoPriv 192.0.2.1
com2sec
community PUBLIC members 65000:1;
aaa authentication password-prompt Enter your password now:
action 1.0 mail server "$_server" to "$_to" from "x" subject "Invalid password for user $u"
action 4.0 puts "Password: wrong, key 1 is used"
password secure-mode
ip rip authentication mode md5 auth-length old-ripd
"""


@pytest.mark.parametrize("indent", ["", "  "])
@pytest.mark.parametrize("line", SECRET.splitlines())
def test_the_secret_is_hidden_whole(line: str, indent: str) -> None:
    shown = TEXT.redacted(indent + line)
    assert "HUSH" not in shown
    assert "0<hidden>" not in shown, "a part of it is left"


@pytest.mark.parametrize("line", PLAIN.splitlines())
def test_plain_words_stay(line: str) -> None:
    assert TEXT.redacted(line) == line


def test_a_community_that_is_a_block_is_hidden_where_it_is_of_snmp() -> None:
    assert "HUSH" not in TEXT.redacted("snmp {\n    community HUSH {\n        authorization read-only;\n    }\n}\n")
    routes = "community PUBLIC {\n    members 65000:1;\n}\n"
    assert TEXT.redacted(routes) == routes


def test_what_an_event_manager_answers_to_a_password_prompt_is_hidden() -> None:
    asked = [
        'action 1 cli command "copy scp: flash:" pattern "Password:"',
        'action 2 cli command "HUSH" pattern "etype pass"',
    ]
    shown = TEXT.redacted("\n".join([*asked, 'action 3 cli command "HUSH"', 'action 4 cli command "show clock"']))
    assert "HUSH" not in shown
    assert "show clock" in shown


@pytest.mark.parametrize(
    ("line", "platform"),
    [
        ("    authentication HUSH", CISCO_NXOS.cli),
        (" rpki cache 192.0.2.1 22 bob HUSH known preference 1", FRR.cli),
        ("SNMPUSERS_AuthKey_1 = HUSH", CONFIGURATION),
        ("CLIPrivPass = HUSH", CONFIGURATION),
    ],
)
def test_a_device_type_knows_its_own(line: str, platform: CliPlatform) -> None:
    assert "HUSH" not in ConfigText(platform).redacted(line)


@pytest.mark.parametrize(
    ("line", "platform"),
    [
        ("    authentication md5 key-chain ABC", CISCO_NXOS.cli),
        ("    authentication open", CISCO_NXOS.cli),
        (" rpki cache 192.0.2.1 323 preference 1", FRR.cli),
        ("EnforcePasswordComplexity = 1", CONFIGURATION),
    ],
)
def test_and_leaves_what_only_looks_like_it(line: str, platform: CliPlatform) -> None:
    assert ConfigText(platform).redacted(line) == line
