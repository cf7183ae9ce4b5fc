"""Secrets in messages are never stored; personal data does not leave the site."""

import random
from dataclasses import replace

import pytest

from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.redaction import hide
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.pipeline import privacy
from cmsp_agent.pipeline.personal import PERSONAL
from cmsp_agent.pipeline.privacy import Mask, without_people, without_secrets
from cmsp_agent.plugin.api import DeviceType
from cmsp_plugins.cisco_ios.plugin import CISCO_IOS
from tests.unit.pipeline.site import Site

CANARY = "c4n4ry"


@pytest.mark.parametrize(
    "text",
    [
        f"User:admin  logged command:username joe privilege 15 password 0 {CANARY}",
        f"User:admin  logged command:snmp-server community {CANARY} RO",
        f"User:admin  logged command:enable secret level 7 5 {CANARY}",
        f"User:admin  logged command:crypto isakmp key {CANARY} address 10.0.0.1",
        f"User:admin  logged command:tacacs-server key 7 {CANARY}",
        f"User:admin  logged command: key-string {CANARY}",
        f"copy scp://backup:{CANARY}@10.0.0.1/config failed",
        f'login failed: Password="{CANARY}"',
        f"logged command:snmp-server user u g v3 auth sha {CANARY} priv aes 128 x",
        f"logged command:snmp-server user u g v3 auth sha x priv aes 128 {CANARY}",
        f"logged command:wpa-psk ascii 0 {CANARY}",
        f"GET /api?user=x&token={CANARY}&page=2 failed",
        f"GET /api?access_token={CANARY} failed",
        f"Authorization: Bearer {CANARY}.a.b",
        f"Cookie: JSESSIONID={CANARY}; path=/",
        f"X-API-Key: {CANARY}",
        f"request refused, api_key={CANARY}",
    ],
)
def test_a_secret_in_a_message_is_hidden(text: str) -> None:
    assert CANARY not in without_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "Interface GigabitEthernet0/0, changed state to down",
        "Authentication failure for SNMP req from host 10.0.0.1",
        "peer at 10.0.0.1: key exchange failed",
        "token bucket exceeded by 120000 packets",
        "AAA authorization: request denied for shell",
        "Login failed [user: admin] [Source: 10.0.0.1] [localport: 22]",
    ],
)
def test_a_message_without_a_secret_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text


def test_what_is_stored_of_a_serious_line_that_no_rule_knows_is_without_secrets() -> None:
    site = Site()
    site.tell(SyslogSignal("gw-1", site.now, "AAA-3-BAD", f"rejected: password {CANARY}", severity=3))
    [event] = site.events.values()
    assert CANARY not in event.text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("called number +33 1 44 55 66 77 rejected", "called number <masked> rejected"),
        ("calling=+1 (212) 555-0123 called=911", "calling=<masked> called=<masked>"),
        ("Caller ID: 01.44.55.66.77 on port 0/0/1", "Caller ID: <masked> on port 0/0/1"),
        ("Display-Name=Marie Curie;number=5501", "Display-Name=<masked>;number=5501"),
        (
            "calling party of 10.0.0.1 lost, 3 calls dropped at 0/1/0",
            "calling party of 10.0.0.1 lost, 3 calls dropped at 0/1/0",
        ),
        ("Configured from console by alice on vty1 (10.0.0.1)", "by <masked> on vty1"),
        ("Login failed [user: alice] [Source: 10.0.0.1]", "[user: <masked>]"),
        ("User:alice  logged command:interface Gi0/0", "User:<masked>"),
        ("Registration failed. Tenant=3;Number=+33123456789;registrar=dns:x", "Number=<masked>;"),
        ("call from calling number 0612345678 to called 0033", "calling number <masked> to called <masked>"),
    ],
)
def test_names_and_numbers_are_masked_in_what_leaves_the_site(text: str, masked: str) -> None:
    assert masked in outward(CISCO_IOS, text)


def test_any_device_type_masks_telephone_numbers() -> None:
    assert "0612345678" not in outward(DeviceType("plain", "Plain"), "calling party 0612345678 rejected")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Received INVITE from sip:+33123456789@10.0.0.1:5060", "from sip:<masked>@10.0.0.1:5060"),
        ('From: "Jean Dupont" <sip:jean.dupont@sbc>', 'From: "<masked>" <sip:<masked>@sbc>'),
        ("ccmCallingPartyNumber.0=5551234", "ccmCallingPartyNumber.0=<masked>"),
        ("Failed password for invalid user jdoe from 10.0.0.1 port 22", "invalid user <masked> from"),
        ("Failed password for jdoe from 10.0.0.1 port 22", "for <masked> from"),
        ("login rejected, username=jdoe", "username=<masked>"),
        ("user 'jdoe' is locked", "user '<masked>' is locked"),
        ("calling number 0612345678 dialed 4021", "number <masked> dialed <masked>"),
        ("calling number 0612345678 dialed 112", "number <masked> dialed 112"),
        ("INVITE sip:112@x.example from sip:1124@x.example", "sip:112@x.example from sip:<masked>@x.example"),
        ("Called Party Number i = 0x81, '0112' failed, not '01125'", "'0112' failed"),
        ("User:kim  logged command: destination-pattern 9911$", "destination-pattern 9911$"),
        ("mail of 112kim@x.example", "of <masked>@x.example"),
    ],
)
def test_people_are_masked_whatever_the_device_type(text: str, masked: str) -> None:
    assert masked in outward(DeviceType("plain", "Plain"), text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Configured from console by NAME", "NAME"),
        ("Configured from tty2 by maria.x@corp", "maria.x"),
        ("Configured programmatically by process NETCONF from console as zoe on vty4294966494", "zoe"),
        ("Configured from vty by adminx on 10.0.0.1@pts/0", "adminx"),
        ("Configuration committed by user 'lab7'. Use 'show configuration commit changes'", "lab7"),
        ("User jsmith has exited tty session 2(10.1.1.1)", "jsmith"),
        ("(exec timer expired, tty 2 (10.1.1.1)), user jsmith", "jsmith"),
        ("User jsmith unlocked by admin42 on vty0", "jsmith admin42"),
        ("AAA user authentication Rejected : server = 10.1.1.2 : user = jsmith : user IP = 10.1.1.3", "jsmith"),
        ("User priv level changed: Uname: jsmith From: 1 To: 15", "jsmith"),
        ("Group <GP> User <jdupont> IP <1.2.3.4> AnyConnect parent session started.", "jdupont"),
        ("%[ UserID =admjoe][ ClientAddress =10.1.1.1]: audit", "admjoe"),
        ("%[DeviceName=SEP00112233AABB][Description=Jean Dupont][UserID=jdupont]: lost", "Dupont jdupont"),
        ("%[CallingPartyNumber=0612345678][CalledDisplayName=Jean Dupont]: x", "0612345678 Dupont"),
        ("Accepted publickey for jdoe from 1.1.1.1 port 22 ssh2", "jdoe"),
        ("session opened for user jdoe by (uid=0)", "jdoe"),
        ("sudo: jdoe : TTY=pts/0 ; PWD=/home/jdoe ; USER=root ; COMMAND=/bin/ls", "jdoe"),
        ("Connection closed by authenticating user jdoe 1.2.3.4 port 22 [preauth]", "jdoe"),
        ("session of j.dupont@corp.example closed", "j.dupont"),
        ("ephone-1 name Jean Dupont: SEP0018BAC8D2E1 IP:10.1.1.1 has registered", "Dupont"),
        ("User:kim  logged command:name Jean Dupont", "Dupont kim"),
        ("User:kim  logged command:username bobby privilege 15", "bobby"),
        ("User:kim  logged command: destination-pattern 0612345678", "0612345678"),
        ("User:kim  logged command:number 5551234", "5551234"),
        ("CallLegType 2, PeerAddress 5551234, PeerSubAddress , DisconnectCause 10", "5551234"),
        ("fn:TWC,ft:07/19,cgn:0612345678,cdn:5551234,frs:0,fid:3", "0612345678 5551234"),
        ("CALL_START: SrcPhoneNum: 0612345678 DstPhoneNum: 0033142", "0612345678 0033142"),
        ("CALL_END|SBC|SrcURI=0612345678@10.1.1.1|DstURI=5551234@10.1.1.2", "0612345678 5551234"),
        ('P-Asserted-Identity: "Dupont Jean" <tel:+33612345678>', "Dupont 33612345678"),
        ("INVITE sip:0612345678;phone-context=+33@10.1.1.1 SIP/2.0", "0612345678"),
        ("Calling Party Number i = 0x2183, '0612345678' Plan:ISDN", "0612345678"),
        ("Interface Serial0/1/0:22 is now connected to 0612345678 unknown", "0612345678"),
        ("incoming call from 0612345678 on 0/1/0:15", "0612345678"),
        ("extension 4711 unregistered; CLID=0612345678; E.164 +33612345678", "4711 0612345678 33612345678"),
    ],
)
def test_nobody_is_named_however_a_message_is_worded(text: str, named: str) -> None:
    left = outward(DeviceType("plain", "Plain"), text)
    assert [word for word in named.split() if word in left] == []
    assert [word for word in named.split() if word in without_people(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "user logged in",
        "Interface GigabitEthernet0/0/1, changed state to down",
        "sequence number 4711 of port 5060",
        "sip: 503 from 10.0.0.1",
        "from the user interface: 3 calls, 2 dial-peers",
        "telephone 7 lost its line",
        "Configured from memory by console",
        "Interface Gi0/1 is disabled by STP",
        "the user plane is down; user interface restarted",
        "sequence number 47110815, call from 192.168.1.1 to 3 peers",
        "No call reaches an emergency number: 112 at paris",
        "connected to 192.0.2.1, source 10.0.0.1, 250 calls to 100 numbers",
        "Restart requested by console",
    ],
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert outward(DeviceType("plain", "Plain"), text) == text


def test_the_object_and_the_attributes_are_masked_by_what_the_text_shows() -> None:
    site = Site()
    text = "Registration failed, called number 0612345678"
    attributes = {"callerNumber.1": "0698765432", "place": "gw 0612345678", "ifIndex": "1234"}
    event = replace(an_event(text), object="0612345678", attributes=attributes)
    masked = Mask(CISCO_IOS)(event)
    assert masked.object == "<masked>"
    assert masked.attributes == {"callerNumber.1": "<masked>", "place": "gw <masked>", "ifIndex": "1234"}
    assert site.pipeline.outward(event).object == "<masked>"


def test_the_console_is_nobodys_name() -> None:
    assert outward(CISCO_IOS, "Configured from console by console") == "Configured from console by console"


def an_event(text: str) -> Event:
    return Event("1", "gw", "paris", "", "x", Severity.MINOR, Transition.INFO, 0, 0, "received", (Source.SYSLOG,), text)


def outward(device_type: DeviceType, text: str) -> str:
    return Mask(device_type)(an_event(text)).text


def test_our_own_commands_are_no_secrets() -> None:
    text = "there is no secret 'ro'; store it: cmsp-agent secret set ro (again: cmsp-agent secret set NAME)"
    assert without_secrets(text).endswith("store it: cmsp-agent secret set ro (again: cmsp-agent secret set NAME)")


def test_the_words_looked_for_first_hide_nothing_from_the_expressions() -> None:
    parts = (
        "called", "Calling", "dialled", "redirecting", "ANI", "dnis", "msisdn", "telephone number", "Directory Number",
        "sips:alice@gw", "tel:+33123456", 'From: "Alice A" <', "username: bob", "LOGIN='bob'", "invalid user bob",
        "for user eve", "password for bob from", "password 0 x7", "community=ro", "psk: y", "key 7 0822", "scp://b:z@h/c",
        "logged command: key abc", "d\u0131aled", "u\u017fer: mallory", "4711", "0123456", ":", "=", " ", "x", "é",
    )  # fmt: skip
    chance, changed = random.Random(3), 0
    for _ in range(3000):
        text = "".join(chance.choice(parts) + chance.choice(("", " ")) for _ in range(chance.randrange(1, 5)))
        assert without_people(text) == hide([one for group in PERSONAL for one in group.patterns], text, privacy.MASKED)
        assert without_secrets(text) == hide(privacy._SECRETS, text)
        changed += without_people(text) != text
    assert changed > 300


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("the user's password has expired", "the user's password has expired"),
        ("Password expired for the session", "Password expired for the session"),
        ("secret level changed", "secret level changed"),
        ("User:a  logged command:username b password expired", "User:a  logged command:username b password <hidden>"),
        ("password hasty4", "password <hidden>"),
        ("crypto isakmp key HUSH address 192.0.2.1", "crypto isakmp key <hidden> address 192.0.2.1"),
    ],
)
def test_words_after_password_are_no_secret_unless_they_were_typed(text: str, stored: str) -> None:
    assert without_secrets(text) == stored


@pytest.mark.parametrize("called", ["+33 1 42 68 53 00", "0142685300"])
def test_both_numbers_of_a_call_are_masked(called: str) -> None:
    masked = "Call from <masked> to <masked> failed"
    assert outward(DeviceType("plain", "Plain"), f"Call from 0612345678 to {called} failed") == masked
