"""What is entered on an Oracle (Acme Packet) SBC so that the agent can do its work: ACLI. Data only.

Source: the ACLI reference and configuration guides. Then `done`, `save-config`, `activate-config`.
"""

from cmsp_agent.plugin.api import SetupLine, SetupStep

ENABLED = SetupLine(
    "configure terminal\nsystem\nsystem-config\nsnmp-enabled enabled\ndone\nexit",
    r"^\s+snmp-enabled\s+enabled|\A(?![\s\S]*^\s+snmp-enabled)",
)

SETUP = (
    SetupStep(
        "snmp",
        "inventory, session agents and states are read by SNMP",
        (
            ENABLED,
            SetupLine(
                "snmp-community\ncommunity-name <community>\naccess-mode READ-ONLY\nip-addresses {appliance}\n"
                "done\nexit",
                r"^\s+ip-addresses\s+(?:\S+\s+)*{appliance}\b",
            ),
        ),
        only="2c",
    ),
    SetupStep(
        "snmp",
        "inventory, session agents and states are read by SNMP; keys are entered by `snmp-user-entry`",
        (
            ENABLED,
            SetupLine("snmp-user-entry\nuser-name {user}\ndone\nexit", r"^\s+user-name\s+{user}\s*$"),
            SetupLine("snmp-group-entry\nname CMSP\nread-view all\ndone\nexit", r"^snmp-group-entry"),
        ),
        only="3",
    ),
    SetupStep(
        "traps",
        "a session agent that goes out of service is known at once",
        (
            SetupLine(
                "trap-receiver\nip-address {appliance}:{trap_number}\nfilter-level All\n"
                "community-name <community>\ndone\nexit",
                r"^\s+ip-address\s+{appliance}:{trap_number}\b",
            ),
        ),
    ),
    SetupStep(
        "syslog",
        "registrations and logins are reported by syslog alone",
        (
            SetupLine(
                "system-config\nsyslog-servers\naddress {appliance}\nport {syslog_number}\ndone\nexit",
                r"^\s+address\s+{appliance}\s*\n(?:\s+port\s+{syslog_number}\b|(?!\s+port\s))",
            ),
        ),
    ),
    SetupStep(
        "login",
        "its configuration is read over SSH; the class `user` changes nothing (before 8.4: its one login `user`)",
        (SetupLine("local-accounts add {login} user", shown=False),),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (SetupLine("ntp-config\nserver <your NTP server>\ndone\nexit", r"^ntp-config\n(?:\s+.*\n)*?\s+server\s+\S"),),
    ),
)
