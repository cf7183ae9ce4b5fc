"""What is entered on an Expressway so that the agent can do its work: its web pages. Data only.

Source: the administrator guide. It sends no traps, and its SNMP is off at first.
"""

from cmsp_agent.plugin.api import SetupLine, SetupStep

SETUP = (
    SetupStep(
        "snmp",
        "who it is, interfaces and load are read by SNMP",
        (
            SetupLine(
                "System > SNMP: v3 secure SNMP, {user}, {auth_name} <authentication key>, {priv_name} <privacy key>",
                shown=False,
            ),
        ),
        only="3",
        words=tuple({"SHA-1": "SHA", "AES-128": "AES"}.items()),
    ),
    SetupStep(
        "snmp",
        "who it is, interfaces and load are read by SNMP",
        (SetupLine("System > SNMP: v2c, community <community>", shown=False),),
        only="2c",
    ),
    SetupStep(
        "syslog",
        "it sends no traps: its alarms come by syslog alone",
        (
            SetupLine(
                "Maintenance > Logging: remote syslog server {appliance}, port {syslog_number}, IETF syslog format",
                shown=False,
            ),
        ),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (SetupLine("System > Time: NTP server <your NTP server>", shown=False),),
    ),
)
