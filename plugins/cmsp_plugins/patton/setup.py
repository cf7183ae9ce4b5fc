"""What is entered on a SmartNode so that the agent can do its work: SmartWare. Data only.

Source: the SmartWare software configuration guide. It answers SNMP of versions 1 and 2c alone.
"""

from cmsp_agent.plugin.api import SetupLine, SetupStep

SETUP = (
    SetupStep(
        "snmp",
        "inventory and figures are read by SNMP; it answers only the hosts on its list",
        (
            SetupLine("snmp community <community> ro", r"^snmp community \S+ ro\b"),
            SetupLine("snmp host {appliance} security-name <community>", r"^snmp host {appliance}\b"),
        ),
        only="2c",
    ),
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll",
        (SetupLine("snmp target {appliance} security-name <community>", r"^snmp target {appliance}\b"),),
        only="2c",
    ),
    SetupStep(
        "syslog",
        "much is reported by syslog alone; ISDN ports that go down, for one, send no trap",
        (
            SetupLine(
                "syslog-client\n  remote {appliance} {syslog_number}\n    facility kernel severity informational\n"
                "    facility sip severity informational",
                r"^syslog-client\n(?:\s+.*\n)*?\s+remote {appliance} {syslog_number}\b",
            ),
        ),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (
            SetupLine("sntp-client"),
            SetupLine("sntp-client server primary <your NTP server>", r"^sntp-client server primary \S"),
        ),
    ),
    SetupStep(
        "login",
        "its configuration is read over its command line; an administrator sees all of it",
        (SetupLine("administrator {login} password <password>", r"^administrator {login}\b"),),
    ),
)
