"""What is entered on a Nexus so that the agent can do its work. Data only; source: the command references of NX-OS."""

from cmsp_agent.plugin.api import SetupLine, SetupStep

ALGORITHMS = tuple({"MD5": "md5", "SHA-1": "sha", "SHA-256": "sha-256", "AES-128": "aes-128", "DES": "des"}.items())

TO_US, PORT = r"^snmp-server host {appliance}(?: informs| traps)?", r"{trap_port}(?: udp-port {trap_number})?"
LOGS_TO_US = (
    r"^logging server {appliance} [67](?:{syslog_at}|(?=.* port {syslog_number}\b))(?!.* port (?!{syslog_number}\b))"
)
"""Of level informational or lower; without a port it is 514."""
OF_USER = r"^snmp-server user {user} network-\w+(?:(?=[\s\S]*^snmp-server user {user} use-ipv4acl (?P<list>\S+))|)"
OF_COMMUNITY = (
    r"^snmp-server community (\S+) group \S+(?:(?=[\s\S]*^snmp-server community \1 use-(?:ipv4)?acl (?P<list>\S+))|)"
)
OF_LINES = r"^line vty\n(?:^ .*\n)*?^ +access-class (?P<list>\S+) in\b"
"""Where an access list stands before an SNMPv3 user, a community, a login."""

SETUP = (
    SetupStep(
        "snmp",
        "inventory, figures and states are read by SNMP",
        (
            SetupLine(
                "snmp-server user {user} network-operator{auth}{priv}",
                r"^snmp-server user {user} network-operator\b",
                behind=OF_USER,
            ),
        ),
        only="3",
        words=ALGORITHMS,
    ),
    SetupStep(
        "snmp",
        "inventory, figures and states are read by SNMP",
        (
            SetupLine(
                "snmp-server community <community> group network-operator",
                r"^snmp-server community \S+ group network-",
                behind=OF_COMMUNITY,
            ),
        ),
        only="2c",
    ),
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll",
        (
            SetupLine("snmp-server enable traps", shown=False),
            SetupLine(
                "snmp-server host {appliance} informs version 3 {level} {user}{trap_port}",
                rf"{TO_US} version 3 \w+ {{user}}{PORT}\s*$",
            ),
        ),
        only="3",
    ),
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll",
        (
            SetupLine("snmp-server enable traps", shown=False),
            SetupLine(
                "snmp-server host {appliance} traps version 2c <community>{trap_port}",
                rf"{TO_US} version 2c \S+{PORT}\s*$",
            ),
        ),
        only="2c",
    ),
    SetupStep(
        "syslog",
        "much is reported by syslog alone; the name shows whose a message is",
        (
            SetupLine("logging server {appliance} 6{syslog_at}", LOGS_TO_US),
            SetupLine("logging origin-id hostname", r"^logging origin-id \S"),
            SetupLine("logging timestamp milliseconds", r"^logging timestamp \S"),
        ),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (SetupLine("ntp server <your NTP server>", r"^ntp server \S"),),
    ),
    SetupStep(
        "login",
        "its configuration and its show commands are read over SSH",
        (
            SetupLine("feature ssh", shown=False),
            SetupLine(
                "username {login} password <password> role network-admin",
                r"^username {login} .*\brole network-admin\b",
                behind=OF_LINES,
            ),
        ),
    ),
    SetupStep(
        "scp", "a configuration is restored as a file", (SetupLine("feature scp-server", r"^feature scp-server"),)
    ),
)
