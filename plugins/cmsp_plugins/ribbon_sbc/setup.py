"""What is entered on a Ribbon SBC Core so that the agent can do its work: its CLI. Data only.

Source: the CLI reference. On an SBC Edge the same is set in its web pages: Settings, SNMP and Syslog.
"""

from cmsp_agent.plugin.api import SetupLine, SetupStep

TRAPS_TO_US = r"\btrapTarget \S+(?=.* ipAddress {appliance}\b)(?=.* port {trap_number}\b)(?=.* state enabled\b)"
LOGS_TO_US = (
    r"\beventLog typeAdmin \S+(?=.* syslogRemoteHost {appliance}\b)(?=.* syslogState enabled\b)"
    r"(?!.* syslogRemotePort (?!{syslog_number}\b))"
)

SETUP = (
    SetupStep(
        "snmp",
        "states and figures are read by SNMP; keys are typed as octets in hexadecimal, with colons between",
        (
            SetupLine(
                "set oam snmp users {user} group operator authProtocol {auth_name} authKey <authentication key>"
                " privProtocol {priv_name} privKey <privacy key>",
                r"\bsnmp users {user}\b",
            ),
            SetupLine("set oam snmp version v3only", r"\bsnmp version v3only\b"),
        ),
        only="3",
        words=tuple({"MD5": "HMACMD5", "SHA-1": "HMACSHA", "AES-128": "AES128"}.items()),
    ),
    SetupStep(
        "snmp",
        "states and figures are read by SNMP",
        (
            SetupLine("set oam snmp communityString CMSP snmpCommunityName <community>", r"\bsnmpCommunityName \S"),
            SetupLine("set oam snmp version v1v2c", r"\bsnmp version v1v2c\b"),
        ),
        only="2c",
    ),
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll",
        (
            SetupLine(
                "set oam snmp trapTarget CMSP ipAddress {appliance} port {trap_number} trapType v2 state enabled",
                TRAPS_TO_US,
            ),
        ),
        only="2c",
    ),
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll",
        (
            SetupLine(
                "set oam snmp trapTarget CMSP ipAddress {appliance} port {trap_number} trapType v3"
                " targetUserName {user} targetSecurityLevel authPriv state enabled",
                TRAPS_TO_US,
            ),
        ),
        only="3",
    ),
    SetupStep(
        "syslog",
        "much is reported by syslog alone",
        (
            SetupLine(
                "set oam eventLog typeAdmin system syslogRemoteHost {appliance} syslogRemotePort {syslog_number}"
                " syslogRemoteProtocol udp syslogState enabled",
                LOGS_TO_US,
            ),
        ),
    ),
    SetupStep(
        "login",
        "its configuration is read over its command line",
        (SetupLine("set oam localAuth user {login} group Operator", r"\blocalAuth user {login}\b.*\bgroup \w+"),),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (SetupLine("set system ntp serverAdmin <your NTP server> state enabled", r"\bntp serverAdmin \S+"),),
    ),
)
