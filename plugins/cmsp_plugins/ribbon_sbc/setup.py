"""What is entered on a Ribbon SBC Core so that the agent can do its work: its CLI. Data only.

Source: the CLI reference. On an SBC Edge the same is set in its web pages: Settings, SNMP and Syslog.
"""

from cmsp_agent.plugin.api import SetupLine, SetupStep

SETUP = (
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll",
        (
            SetupLine(
                "set oam snmp trapTarget CMSP ipAddress {appliance} port {trap_number} trapType v2 state enabled",
                r"\btrapTarget CMSP\b.*{appliance}\b",
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
                " targetUsername {user} state enabled",
                r"\btrapTarget CMSP\b.*{appliance}\b",
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
                r"\bsyslogRemoteHost {appliance}\b",
            ),
        ),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (SetupLine("set system ntp serverAdmin <your NTP server> state enabled", r"\bntp serverAdmin \S+"),),
    ),
)
