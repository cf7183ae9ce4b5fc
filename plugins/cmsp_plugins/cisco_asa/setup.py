"""What is entered on a firewall so that the agent can do its work. Data only; source: the command reference of ASA."""

from cmsp_agent.plugin.api import SetupLine, SetupStep

ALGORITHMS = tuple(
    {
        "MD5": "md5",
        "SHA-1": "sha",
        "SHA-256": "sha256",
        "AES-128": "aes 128",
        "AES-192-C": "aes 192",
        "AES-256-C": "aes 256",
    }.items()
)

AN_OBJECT_WITH_US = (
    r"^object network (?P<object>\S+)\n (?:host {appliance}$|subnet (?P<network>[\d.]+) (?P<mask>[\d.]+)"
    r"|range (?P<first>[\d.]+) (?P<last>[\d.]+))"
)
GROUP = r"^snmp-server host-group \S+ (?P=object)(?! poll\b)(?!\S)"
"""Many hosts by the name of an object, and users by the name of a list; objects come first in a configuration."""
TO_THIS_PORT = r"{trap_port}(?: udp-port {trap_number})?\s*$"
TRAPS_TO_US = (
    rf"^snmp-server host \S+ {{appliance}}(?! poll\b)\b.*\bversion 3 {{user}}{TO_THIS_PORT}"
    rf"|{AN_OBJECT_WITH_US}(?:(?=[\s\S]*{GROUP}.*\bversion 3 {{user}}{TO_THIS_PORT})"
    rf"|(?=[\s\S]*{GROUP}.*\bversion 3 user-list (?P<users>\S+){TO_THIS_PORT})"
    r"(?=[\s\S]*^snmp-server user-list (?P=users) username {user}\s*$))"
)
LOGS_TO_US = r"^logging host \S+ {appliance}(?: (?:udp|17)/{syslog_number}| (?:tcp|6)/\d+|(?! \S+/))(?: .*)?$"

SETUP = (
    SetupStep(
        "snmp",
        "inventory, figures and states are read by SNMP; the firewall answers only the hosts on its list",
        (
            SetupLine("snmp-server group CMSP v3 {level}", r"^snmp-server group \S+ v3 {level}\b"),
            SetupLine("snmp-server user {user} CMSP v3{auth}{priv}", r"^snmp-server user {user} \S+ v3\b"),
            SetupLine(
                "snmp-server host <interface> {appliance} version 3 {user}{trap_port}",
                TRAPS_TO_US,
            ),
        ),
        only="3",
        words=ALGORITHMS,
    ),
    SetupStep(
        "snmp",
        "inventory, figures and states are read by SNMP; the firewall answers only the hosts on its list",
        (
            SetupLine(
                "snmp-server host <interface> {appliance} community <community> version 2c",
                r"^snmp-server host \S+ {appliance}(?! poll\b)\b(?!.*\bversion 3\b)"
                rf"|{AN_OBJECT_WITH_US}(?=[\s\S]*{GROUP}(?!.*\bversion 3\b))",
            ),
        ),
        only="2c",
    ),
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll",
        (
            SetupLine(
                "snmp-server enable traps all", r"^snmp-server enable traps (?:all|snmp(?=.* linkup)(?=.* linkdown))"
            ),
        ),
    ),
    SetupStep(
        "syslog",
        "much is reported by syslog alone; the name shows whose a message is",
        (
            SetupLine("logging enable", r"^logging enable"),
            SetupLine("logging timestamp", r"^logging timestamp"),
            SetupLine("logging device-id hostname", r"^logging device-id \S"),
            SetupLine("logging trap informational", r"^logging trap (?:informational|debugging|6|7)"),
            SetupLine("logging host <interface> {appliance} udp/{syslog_number}", LOGS_TO_US),
        ),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (SetupLine("ntp server <your NTP server>", r"^ntp server \S"),),
    ),
    SetupStep(
        "login",
        "its configuration is read over SSH; only privilege level 15 sees a whole configuration",
        (
            SetupLine("username {login} password <password> privilege 15", r"^username {login} .*\bprivilege 15\b"),
            SetupLine("aaa authentication ssh console LOCAL", r"^aaa authentication ssh console \S"),
            SetupLine("ssh {appliance} 255.255.255.255 <interface>", r"^ssh (?P<network>[\d.]+) (?P<mask>[\d.]+) \S"),
            SetupLine("ssh scopy enable", r"^ssh scopy enable"),
        ),
    ),
)
