"""What is to be entered on devices of each maker, and that a saved configuration shows what is there."""

from typing import Any, cast

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.configuration import Listeners
from cmsp_agent.model.component import Component
from cmsp_agent.model.credentials import Credentials, SnmpCredential, SshCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.backups.setup import DeviceSetup, SetupPlan
from tests.lab.clock import ManualClock

OURS = "192.0.2.9"
SECRET = Secret("secret", lambda: "secret")
V3 = SnmpCredential("3", user="cmsp", auth="SHA-1", auth_key=SECRET, priv="AES-128", priv_key=SECRET)
V2 = SnmpCredential("2c", community=SECRET)
MAKERS = (
    *("cisco_ios", "cisco_nxos", "cisco_asa", "frr", "linux_host"),
    *("audiocodes", "oracle_sbc", "ribbon_sbc", "ups", "patton", "cisco_ata"),
    *("cisco_iosxe", "cisco_ucm", "cisco_cer", "cisco_expressway"),
)

ENTERED = {
    "cisco_ios": (
        "service timestamps log datetime msec localtime show-timezone year\nservice sequence-numbers\n"
        "enable secret 9 x\narchive\n path flash:saved\n log config\n  logging enable\n"
        "  notify syslog contenttype plaintext\n  hidekeys\nusername cmsp privilege 15 secret 9 x\nip ssh version 2\n"
        "ip scp server enable\nlogging origin-id hostname\n"
        f"logging host {OURS} vrf MGMT\nsnmp-server group CMSP v3 priv read CMSP\nsnmp-server view CMSP iso included\n"
        "snmp-server enable traps snmp authentication linkdown linkup coldstart warmstart\n"
        "snmp-server enable traps envmon\nsnmp-server enable traps config\n"
        f"snmp-server host {OURS} informs version 3 priv cmsp\nsnmp ifmib ifindex persist\nntp server 192.0.2.1\n"
        "line vty 0 4\n login local\n transport input ssh\nend\n"
    ),
    "frr": (
        "frr version 8.5\nfrr defaults traditional\nlog syslog informational\nlog timestamp precision 3\nagentx\nend\n"
    ),
    "cisco_nxos": (
        "feature scp-server\nusername cmsp password 5 $5$x role network-admin\n"
        "snmp-server user cmsp network-operator auth sha 0x1 priv aes-128 0x2 localizedkey\n"
        f"snmp-server host {OURS} informs version 3 priv cmsp\nntp server 192.0.2.1 use-vrf default\n"
        f"logging server {OURS} 6 use-vrf default\nlogging origin-id hostname\nlogging timestamp milliseconds\n"
    ),
    "cisco_asa": (
        "logging enable\nlogging timestamp\nlogging trap informational\nlogging device-id hostname\n"
        f"logging host inside {OURS}\nsnmp-server group CMSP v3 priv\n"
        "snmp-server user cmsp CMSP v3 auth sha 1 priv aes 128 2\n"
        f"snmp-server host inside {OURS} version 3 cmsp\nsnmp-server enable traps all\nntp server 192.0.2.1\n"
        "username cmsp password x privilege 15\naaa authentication ssh console LOCAL\n"
        f"ssh {OURS} 255.255.255.255 inside\nssh scopy enable\n"
    ),
    "audiocodes": (
        f"EnableSyslog = 1\nSyslogServerIP = '{OURS}'\nSyslogServerPort = 514\nNTPServerIP = '192.0.2.1'\n"
        f"SNMPManagerTableIP_0 = '{OURS}'\nSNMPManagerTrapPort_0 = 162\nSNMPManagerIsUsed_0 = 1\n"
        "SNMPManagerTrapSendingEnable_0 = 1\n[ SNMPUsers ]\n"
        'SNMPUsers 0 = "cmsp", 2, 3, "$1$x", "$1$y", 0;\n[ \\SNMPUsers ]\n[ WebUsers ]\n'
        'WebUsers 1 = "cmsp", "$1$z", 1;\n'
    ),
    "oracle_sbc": (
        "ntp-config\n        server                                  192.0.2.1\n"
        "snmp-user-entry\n        user-name                               cmsp\n"
        "snmp-group-entry\n        name                                    CMSP\n"
        "system-config\n        snmp-enabled                            enabled\n        syslog-server\n"
        f"                address                                 {OURS}\n                port    514\n"
        f"trap-receiver\n        ip-address                              {OURS}:162\n"
    ),
    "patton": (
        f"cli version 3.20\nsnmp community x ro\nsnmp host {OURS} security-name x\nsnmp target {OURS} security-name x\n"
        "sntp-client\nsntp-client server primary 192.0.2.1 port 123 version 4\n"
        "administrator cmsp password x encrypted\n"
        f"syslog-client\n  remote {OURS} 514\n    facility kernel severity informational\n"
    ),
    "cisco_ata": (
        f'<flat-profile>\n<Syslog_Server ua="na">{OURS}:514</Syslog_Server>\n<SNMP>\n<SNMP_Enabled>1</SNMP_Enabled>\n'
        f"<SNMP_Trusted_IP>{OURS}/255.255.255.0</SNMP_Trusted_IP>\n<SNMPV3>1</SNMPV3>\n<RW_User>cmsp</RW_User>\n"
        "<Auth_Protocol>SHA</Auth_Protocol>\n<Privacy_Protocol>DES</Privacy_Protocol>\n"
        f"<TRAP_IP_Address>{OURS}</TRAP_IP_Address>\n<TRAP_Port>162</TRAP_Port>\n"
        "<TRAP_SNMP_Version>v3</TRAP_SNMP_Version>\n</SNMP>\n<Time_Server>ntp.example.net</Time_Server>\n</flat-profile>"
    ),
    "ribbon_sbc": (
        "set oam snmp users cmsp group operator authProtocol HMACSHA privProtocol AES128\n"
        "set oam snmp version v3only\n"
        f"set oam snmp trapTarget CMSP ipAddress {OURS} port 162 trapType v3 targetUserName cmsp state enabled\n"
        f"set oam eventLog typeAdmin system syslogState enabled syslogRemoteHost {OURS} syslogRemotePort 514\n"
        "set system ntp serverAdmin 192.0.2.1 state enabled\n"
        "set oam localAuth user cmsp group Operator\n"
    ),
}
"""As a device of that type shows it once all was entered."""


ORACLE_SNMP = "configure terminal\nsystem\nsystem-config\nsnmp-enabled enabled\ndone\nexit"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    host = PluginHost(Quarantine(tmp_path_factory.mktemp("state") / "quarantine.json"), ManualClock(), Counters())
    host.load()
    return host.registry


class Saved:
    """The saved configuration of one component, and what is known of it."""

    def __init__(self, registry: Registry, kind: str, text: str | None) -> None:
        self.registry, self.kind, self.text = registry, kind, text
        self.id, self.verified_at, self.answers = "b1", 1, False

    def device_type(self, _: str) -> Any:
        return self.registry.named(self.kind)

    def facts(self, _: str) -> object:
        return "facts" if self.answers else None

    async def latest(self, _: str) -> "Saved | None":
        return self if self.text is not None else None

    async def content(self, *_: object, redacted: bool) -> str:
        return self.text or ""


async def plan(
    registry: Registry, kind: str, text: str | None = None, snmp: SnmpCredential = V3, *, answers: bool = False
) -> SetupPlan:
    saved = Saved(registry, kind, text)
    saved.answers = answers
    credentials = Credentials(snmp=snmp, ssh=SshCredential("cmsp", SECRET))
    component = Component("x", ("192.0.2.20",), "paris", kind, credentials=credentials)
    setup = DeviceSetup(cast("Any", saved), cast("Any", saved), Listeners((), (), (), ()), lambda _: OURS)
    return await setup.plan(component)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("snmp", [V3, V2], ids=["v3", "v2c"])
async def test_each_maker_s_commands_name_us_and_no_secret(registry: Registry, kind: str, snmp: SnmpCredential) -> None:
    found = await plan(registry, kind, snmp=snmp)
    text = "\n".join(line.command for line in found.lines)
    assert found.problem == "its configuration was not saved yet"
    assert OURS in text
    assert "secret" not in text.replace("secret <password>", "")
    assert "{" not in text.replace("{}", "")
    assert {line.there for line in found.lines} == {None}


@pytest.mark.parametrize("kind", sorted(ENTERED))
async def test_what_was_entered_is_seen_and_what_was_not_is_missing(registry: Registry, kind: str) -> None:
    judged = [line for line in (await plan(registry, kind, ENTERED[kind])).lines if line.there is not None]
    assert judged
    assert [line.command for line in judged if not line.there] == []
    nothing = [line for line in (await plan(registry, kind, "! nothing\n")).lines if line.there is not None]
    by_default = {
        "DisableSNMP = 0",
        f"SNMPTrustedMgr_4 = {OURS}",
        ORACLE_SNMP,
        "logging on",
        "logging trap informational",
        *(line.command for line in nothing if line.need == "login"),
    }
    assert {line.command for line in nothing if line.there} <= by_default


@pytest.mark.parametrize(
    ("entered", "instead", "missing"),
    [
        (
            "iso included",
            "iso included\nsnmp-server view CMSP ciscoMgmt excluded",
            "snmp-server view CMSP iso included",
        ),
        ("priv read CMSP", "priv read SMALL", "snmp-server group CMSP v3 priv read CMSP"),
        ("priv read CMSP", "auth read CMSP", "snmp-server group CMSP v3 priv read CMSP"),
        ("3 priv cmsp", "3 priv other", f"snmp-server host {OURS} informs version 3 priv cmsp"),
        ("3 priv cmsp", "3 priv cmsp  config", f"snmp-server host {OURS} informs version 3 priv cmsp"),
        ("3 priv cmsp", "3 priv cmsp udp-port 1162", f"snmp-server host {OURS} informs version 3 priv cmsp"),
        (" informs version 3 priv cmsp", " version 2c x", f"snmp-server host {OURS} informs version 3 priv cmsp"),
        ("traps config", "traps syslog", "snmp-server enable traps"),
        ("vrf MGMT", "vrf MGMT transport udp port 5514", f"logging host {OURS}"),
        (f"host {OURS} vrf", f"host {OURS}9 vrf", f"logging host {OURS}"),
        ("logging origin", "no logging on\nlogging origin", "logging on"),
        ("logging origin", "no logging trap\nlogging origin", "logging trap informational"),
        ("plaintext", "xml", "  notify syslog contenttype plaintext"),
        ("privilege 15 ", "privilege 1 ", "username cmsp privilege 15 secret <password>"),
        ("transport input ssh", "transport input telnet", "line vty 0 4\n transport input ssh"),
        ("datetime msec", "datetime", "service timestamps log datetime msec show-timezone year"),
    ],
)
async def test_what_only_looks_as_if_it_were_there_is_missing(
    registry: Registry, entered: str, instead: str, missing: str
) -> None:
    assert entered in ENTERED["cisco_ios"]
    found = await plan(registry, "cisco_ios", ENTERED["cisco_ios"].replace(entered, instead, 1))
    assert [line.command for line in found.lines if line.there is False] == [missing]


@pytest.mark.parametrize(
    ("kind", "entered", "instead", "missing"),
    [
        ("cisco_nxos", f"logging server {OURS} 6", f"logging server {OURS} 3", "logging server"),
        ("cisco_nxos", f"logging server {OURS} 6", f"logging server {OURS} 6 port 5514", "logging server"),
        ("cisco_nxos", "priv cmsp\n", "priv other\n", "snmp-server host"),
        ("cisco_asa", f"host inside {OURS}\n", f"host inside {OURS} 17/5514\n", "logging host"),
        ("cisco_asa", "version 3 cmsp\n", "version 3 cmsp udp-port 1162\n", "snmp-server host"),
        ("cisco_asa", f"host inside {OURS} version", f"host inside {OURS} poll version", "snmp-server host"),
        ("cisco_asa", "traps all", "traps snmp authentication", "snmp-server enable traps all"),
        ("oracle_sbc", "snmp-enabled                            enabled", "snmp-enabled disabled", ORACLE_SNMP),
        ("oracle_sbc", "port    514", "port    5514", "system-config\nsyslog-servers"),
        ("patton", f"remote {OURS} 514", f"remote {OURS} 5514", "syslog-client"),
        ("ribbon_sbc", "state enabled\nset oam event", "state disabled\nset oam event", "set oam snmp trapTarget"),
        ("ribbon_sbc", "syslogState enabled", "syslogState disabled", "set oam eventLog"),
    ],
)
async def test_another_maker_s_command_that_only_looks_as_if_it_were_there_is_missing(
    registry: Registry, kind: str, entered: str, instead: str, missing: str
) -> None:
    assert entered in ENTERED[kind]
    snmp = V2 if kind == "patton" else V3
    found = await plan(registry, kind, ENTERED[kind].replace(entered, instead, 1), snmp)
    [line] = [line.command for line in found.lines if line.there is False]
    assert line.startswith(missing)


@pytest.mark.parametrize(
    ("entered", "instead"),
    [
        ("priv read CMSP", "priv"),
        ("privilege 15 ", ""),
        ("username cmsp privilege 15 secret 9 x", "aaa authentication login default group tacacs+ local"),
        ("vrf MGMT", "transport tcp port 601"),
        ("snmp-server host", "snmp-server enable traps\nsnmp-server host"),
    ],
)
async def test_what_is_there_in_another_form_is_there(registry: Registry, entered: str, instead: str) -> None:
    found = await plan(registry, "cisco_ios", ENTERED["cisco_ios"].replace(entered, instead, 1))
    assert [line.command for line in found.lines if line.there is False] == []


async def test_what_no_configuration_shows_is_known_by_what_works(registry: Registry) -> None:
    known = {(line.need, line.there) for line in (await plan(registry, "ups", "! saved\n", answers=True)).lines}
    assert known == {("snmp", True), ("login", True), ("traps", None), ("syslog", None), ("clock", None)}


@pytest.mark.parametrize("kind", sorted({"cisco_ios", "cisco_iosxe", "cisco_nxos", "cisco_asa", *MAKERS[5:9]}))
async def test_a_login_has_commands_where_something_is_read_by_it(registry: Registry, kind: str) -> None:
    needs = {line.need for line in (await plan(registry, kind)).lines}
    assert {"snmp", "traps", "syslog", "clock", "login"} <= needs


MANAGERS = "ip access-list standard MANAGERS\n 10 permit 198.51.100.0 0.0.0.255\n 20 deny   any log\n"
BEHIND = {
    "a list of others": ("snmp-server community x RO MANAGERS\n" + MANAGERS, "ip access-list standard MANAGERS", ""),
    "its implicit end": ("snmp-server community x RO 10\naccess-list 10 permit 198.51.100.7\n", "standard 10", ""),
    "a way without a list": ("snmp-server community y RO\nsnmp-server community x RO MANAGERS\n" + MANAGERS, "", ""),
    "a list that lets us in": ("snmp-server community x RO 10\naccess-list 10 permit 192.0.2.0 0.0.0.255\n", "", ""),
    "a list that there is not": ("snmp-server community x RO 77\n", "", ""),
    "the newer form of a numbered list": (
        "snmp-server community x RO 10\nip access-list standard 10\n 10 deny   192.0.2.9\n 20 permit any\n",
        "standard 10",
        "",
    ),
    "a group of SNMPv3": (f"snmp-server group CMSP v3 priv read CMSP access MANAGERS\n{MANAGERS}", "", "MANAGERS"),
    "SSH": (
        (
            "ip access-list extended VTY\n permit tcp host 198.51.100.7 any eq 22\n deny   ip any any\n"
            "line vty 0 4\n access-class VTY in vrf-also\n transport input ssh\n"
        ),
        "extended VTY\n 1 permit ip host 192.0.2.9 any",
        "extended VTY",
    ),
    "a list by a group of objects": (
        "ip access-list extended VTY\n permit tcp object-group NOC any\nline vty 0 4\n access-class VTY in\n",
        "",
        "",
    ),
}


OTHERS = "ip access-list MANAGERS\n  10 permit ip 198.51.100.0/24 any \n  20 deny ip any any log \n"
NXOS = {
    "a list of others": (
        "snmp-server community x group network-operator\nsnmp-server community x use-ipv4acl MANAGERS\n"
    ),
    "its older word": ("snmp-server community x group network-operator\nsnmp-server community x use-acl MANAGERS\n"),
    "of a user": (
        "snmp-server user {user} network-operator auth sha 0x1\nsnmp-server user {user} use-ipv4acl MANAGERS\n"
    ),
    "of the lines": "line console\nline vty\n  exec-timeout 30\n  access-class MANAGERS in\n",
}


@pytest.mark.parametrize("case", NXOS)
@pytest.mark.parametrize(
    "lets_in", ["", "  5 permit udp 192.0.2.0/25 any eq snmp\n", "  5 permit ip addrgroup NOC any\n"]
)
async def test_a_list_of_a_nexus_that_keeps_us_out_is_opened(registry: Registry, case: str, lets_in: str) -> None:
    text = NXOS[case].format(user=V3.user) + OTHERS.replace("  10", f"{lets_in}  10", 1)
    snmp = V2 if "community" in text else V3
    found = await plan(registry, "cisco_nxos", text, snmp)
    opening = [line.command for line in found.lines if line.command.startswith("ip access-list")]
    assert opening == ([] if lets_in else [f"ip access-list MANAGERS\n 1 permit ip host {OURS} any"])
    after = await plan(registry, "cisco_nxos", f"{''.join(opening)}\n{text}", snmp)
    assert not [line for line in after.lines if line.command.startswith("ip access-list")]


@pytest.mark.parametrize(
    ("kind", "line", "there"),
    [
        ("cisco_asa", "ssh 198.51.100.0 255.255.255.0 outside\n", False),
        ("cisco_asa", "ssh 198.51.100.0 255.255.255.0 outside\nssh 192.0.2.0 255.255.255.0 inside\n", True),
        ("cisco_asa", "ssh 0.0.0.0 0.0.0.0 inside\n", True),
        ("cisco_ata", "<SNMP_Trusted_IP>198.51.0.0/255.255.0.0</SNMP_Trusted_IP>", False),
        ("cisco_ata", "<SNMP_Trusted_IP>192.0.2.0/255.255.255.0</SNMP_Trusted_IP>", True),
    ],
)
async def test_a_network_of_those_that_are_let_in_counts_where_we_are_in_it(
    registry: Registry, kind: str, line: str, there: bool
) -> None:
    found = await plan(registry, kind, line, V2)
    assert [each.there for each in found.lines if each.command.startswith(("ssh 192", "<SNMP_Trusted"))] == [there]


OBJECT = "object network NMS\n {}\n"
GROUP_OF = "snmp-server host-group inside NMS {}\n"


@pytest.mark.parametrize(
    ("holds", "names", "there"),
    [
        (f"host {OURS}", "version 3 cmsp", True),
        ("subnet 192.0.2.0 255.255.255.0", "trap version 3 cmsp udp-port 162", True),
        ("range 192.0.2.1 192.0.2.9", "version 3 cmsp", True),
        ("range 192.0.2.1 192.0.2.8", "version 3 cmsp", False),
        ("subnet 198.51.100.0 255.255.255.0", "version 3 cmsp", False),
        (f"host {OURS}9", "version 3 cmsp", False),
        (f"host {OURS}", "poll version 3 cmsp", False),
        (f"host {OURS}", "version 3 other", False),
        (f"host {OURS}", "version 3 user-list READERS", True),
        (f"host {OURS}", "version 3 user-list OTHERS", False),
        (f"host {OURS}", "community x version 2c", False),
    ],
)
async def test_a_group_of_hosts_counts_where_we_are_in_its_object(
    registry: Registry, holds: str, names: str, there: bool
) -> None:
    lists = "snmp-server user-list READERS username cmsp\nsnmp-server user-list OTHERS username other\n"
    text = f"{OBJECT.format(holds)}{lists}{GROUP_OF.format(names)}"
    for snmp, wanted in ((V3, there), (V2, "version 2c" in names)):
        found = await plan(registry, "cisco_asa", text, snmp)
        assert {each.there for each in found.lines if each.command.startswith("snmp-server host")} == {wanted}


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ("", True),
        ("SNMPTRUSTEDMGR_0 = 0.0.0.0\n", True),
        ("SNMPTrustedMgr_0 = '198.51.100.7'\n", False),
        (f"SNMPTRUSTEDMGR_0 = 198.51.100.7\nSNMPTRUSTEDMGR_1 = {OURS}\n", True),
        (f"SNMPTrustedMgr_0 = {OURS}9\n", False),
    ],
)
async def test_managers_that_are_named_are_the_only_ones_that_are_answered(
    registry: Registry, line: str, there: bool
) -> None:
    for snmp in (V2, V3):
        found = await plan(registry, "audiocodes", f"EnableSyslog = 1\n{line}", snmp)
        assert [each.there for each in found.lines if each.command.startswith("SNMPTrusted")] == [there]


@pytest.mark.parametrize("case", BEHIND)
async def test_a_command_behind_a_list_that_keeps_us_out_is_not_all_that_is_to_be_entered(
    registry: Registry, case: str
) -> None:
    text, by_community, by_user = BEHIND[case]
    for snmp, wanted in ((V2, by_community), (V3, by_user)):
        found = await plan(registry, "cisco_ios", text, snmp)
        opening = [line.command for line in found.lines if line.command.startswith("ip access-list")]
        assert len(opening) == bool(wanted)
        assert all(wanted in command and "\n 1 permit " in command and OURS in command for command in opening)
        if opening:
            after = await plan(registry, "cisco_ios", f"{opening[0]}\n{text}", snmp)
            assert not [line for line in after.lines if line.command.startswith("ip access-list")]
