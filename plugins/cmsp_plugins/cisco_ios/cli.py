r"""How the configuration of a Cisco gateway is read, recognised, compared and shown.

The sources are `show running-config` itself and what redaction must reach in a voice gateway's configuration. A secret
goes whatever its type: type 7 is reversible, and the others are nobody's business either.
"""

from cmsp_agent.plugin.api import CliPlatform, ConsolePaste, Lack, Redaction, TextBlock
from cmsp_plugins.cisco_ios.replacement import REPLACEMENT

HISTORY = "1.3.6.1.4.1.9.9.43.1.1"
"""CISCO-CONFIG-MAN-MIB: ccmHistoryRunningLastChanged, ccmHistoryRunningLastSaved, ccmHistoryStartupLastChanged."""
_TYPE = r"(?:[0-9] )?"
"""The digit that says how a secret is kept."""
_HIDDEN = r"(?P<secret>\S+)"

REDACT = (
    # Voice: SIP user agent, tenants, dial-peers, phones, CME. What every device writes alike, the agent knows.
    Redaction(rf"^\s*credentials (?:number \S+ )?username \S+ password {_TYPE}{_HIDDEN}"),
    Redaction(rf"^\s*authentication username \S+ password {_TYPE}{_HIDDEN}"),
    Redaction(rf"^\s*(?:web admin|xml user) .*?password {_TYPE}{_HIDDEN}"),
    Redaction(rf"^\s*url authentication \S+ \S+ {_HIDDEN}"),
)

CERTIFICATE = TextBlock(r"^ certificate (?:\S+ )*[0-9A-Fa-f]{2,}$", r"^\s*quit$")
BLOCKS = (
    TextBlock(
        r"^(?:banner [\w-]+|aaa authentication (?:banner|fail-message)|menu \S+ title) +(?P<until>\^C|\^?[^\s\w])"
    ),
    CERTIFICATE,
)
PASTE = ConsolePaste(
    before=("enable", "configure terminal"),
    after=("end", "write memory"),
    leave_out=(r"^end$", r"^boot-(?:start|end)-marker", r"^license udi ", r"^diagnostic bootup "),
    # a new router has its ports turned off, and a running configuration does not say that they are on
    start=((r"^interface \S", " no shutdown", r"^ shutdown$"),),
    hardware=r"^(?:interface (?P<port>(?:\w*Ethernet|\w*GigE|Serial|ATM|Cellular|BRI)\d[\d/]*)|"
    r"controller (?P<card>\w+ [\d/]+))(?: |$)",
)
LACKS = (
    Lack(r"^snmp-server group \S+ v3 ", "SNMPv3 users: no configuration shows them; enter each `snmp-server user`"),
    Lack(r"^crypto pki trustpoint ", "the private keys of its trustpoints: import or enrol them anew"),
    Lack(r"^ certificate .* nvram:", "certificates that lie in NVRAM: copy their files too"),
    Lack(r"^license ", "licences: they are bound to the serial number"),
    Lack(r"^ip ssh |^ transport input (?:all|.*ssh)", "the SSH server's key: `crypto key generate rsa modulus 2048`"),
    Lack(
        r"^(?:service )?password encryption aes|^key config-key",
        "the master key of type 6 passwords: enter `key config-key`",
    ),
)

CLI = CliPlatform(
    driver="cisco_ios",
    config="show running-config",
    complete=r"^end\s*\Z",
    must_have=(r"^(?:\w+ )?version \S", r"^hostname \S"),
    invalid=(
        r"^\s*% ?(?:Invalid input|Incomplete command|Ambiguous command|Unknown command|Bad IP)",
        r"^\s*%? ?(?:Command )?[Aa]uthorization failed",
        r"^% ?Access denied",
    ),
    volatile=(
        r"^Load for five secs: .*$",
        r"^Time source is .*$",
        r"^Building configuration\.\.\..*$",
        r"^Current configuration ?:.*$",
        r"^Using \d+ out of \d+ bytes.*$",
        r"^Uncompressed configuration from \d+ bytes.*$",
        r"^!+ ?Last configuration change at .*$",
        r"^!+ ?No configuration change since last restart.*$",
        r"^!+ ?NVRAM config last updated at .*$",
        r"^ntp clock-period \d+.*$",
    ),
    redact=REDACT,
    read_only=(
        "show version",
        "show inventory",
        "show ip interface brief",
        "show interfaces",
        "show interfaces {interface}",
        "show ip route {address}",
        "show controllers e1",
        "show controllers t1",
        "show isdn status",
        "show dial-peer voice summary",
        "show call active voice brief",
        "show sip-ua status",
        "show sip-ua register status",
        "show environment all",
        "show processes cpu sorted",
        "show logging",
        "show clock",
        "show ntp status",
    ),
    replacement=REPLACEMENT,
    blocks=BLOCKS,
    lacks=LACKS,
    paste=PASTE,
    startup="show startup-config",
    changed_at=f"{HISTORY}.1.0",
    saved_at=(f"{HISTORY}.2.0", f"{HISTORY}.3.0"),
)
