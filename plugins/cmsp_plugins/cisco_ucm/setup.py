"""What is entered for a call manager so that the agent can do its work: mostly in its web pages. Data only.

Source: the serviceability and platform guides. A change of SNMP counts once its agent has restarted (same pages).
"""

from cmsp_agent.plugin.api import SetupLine, SetupStep

SNMP = "Cisco Unified Serviceability > SNMP >"
SETUP = (
    SetupStep(
        "snmp",
        "registrations and nodes are read by SNMP",
        (
            SetupLine(
                f"{SNMP} V3 > User: {{user}}, {{auth_name}} <authentication key>, {{priv_name}} <privacy key>,"
                " hosts {appliance}, ReadNotifyOnly",
                shown=False,
            ),
        ),
        only="3",
        words=tuple({"SHA-1": "SHA", "AES-128": "AES128"}.items()),
    ),
    SetupStep(
        "snmp",
        "registrations and nodes are read by SNMP",
        (SetupLine(f"{SNMP} V1/V2 > Community String: <community>, hosts {{appliance}}, ReadNotifyOnly", shown=False),),
        only="2c",
    ),
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll",
        (
            SetupLine(
                f"{SNMP} V3 > Notification Destination: {{appliance}}, port {{trap_number}}, Inform, {{user}}",
                shown=False,
            ),
        ),
        only="3",
    ),
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll",
        (
            SetupLine(
                f"{SNMP} V1/V2 > Notification Destination: {{appliance}}, port {{trap_number}}, V2, Inform",
                shown=False,
            ),
        ),
        only="2c",
    ),
    SetupStep(
        "syslog",
        "its alarms and audit come by syslog",
        (SetupLine("Cisco Unified Serviceability > Alarm > Configuration > Remote Syslogs: {appliance}", shown=False),),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (SetupLine("utils ntp server add <your NTP server>", shown=False),),
    ),
)
