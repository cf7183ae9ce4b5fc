"""What is entered on a network management card of APC so that the agent can do its work: its CLI. Data only.

Source: the CLI guide and the user guide of the card. Cards of other makers have web pages for the same.
"""

from cmsp_agent.plugin.api import SetupLine, SetupStep

SETUP = (
    SetupStep(
        "snmp",
        "battery, load and states are read by SNMP; the fourth access of a card is free for us",
        (
            SetupLine("snmpv3 -S enable", shown=False),
            SetupLine(
                "snmpv3 -u4 {user} -a4 <authentication key> -c4 <privacy key> -ap4 {auth_name} -pp4 {priv_name}",
                shown=False,
            ),
            SetupLine("snmpv3 -ac4 enable -au4 {user} -n4 {appliance}", shown=False),
        ),
        only="3",
        words=tuple({"MD5": "md5", "SHA-1": "sha", "DES": "des", "AES-128": "aes"}.items()),
    ),
    SetupStep(
        "snmp",
        "battery, load and states are read by SNMP; the fourth access of a card is free for us",
        (
            SetupLine("snmp -S enable", shown=False),
            SetupLine("snmp -c4 <community> -a4 read -n4 {appliance}", shown=False),
        ),
        only="2c",
    ),
    SetupStep(
        "traps",
        "that the mains is lost is known at once",
        (SetupLine("snmptrap -r4 {appliance} -t4 snmpV3 -u4 {user} -g4 enable", shown=False),),
        only="3",
    ),
    SetupStep(
        "traps",
        "that the mains is lost is known at once",
        (SetupLine("snmptrap -r4 {appliance} -t4 snmpV1 -c4 <community> -g4 enable", shown=False),),
        only="2c",
    ),
    SetupStep(
        "syslog",
        "logins and work on its battery are reported by syslog alone; it has no command for it, but a page",
        (
            SetupLine(
                "Configuration > Logs > Syslog > Servers > Add Server: {appliance}, port {syslog_number}, UDP",
                shown=False,
            ),
            SetupLine("Configuration > Logs > Syslog > Settings: Message Generation enabled", shown=False),
        ),
    ),
    SetupStep(
        "login",
        "a person or a check looks at it by SSH; the permission shows everything and changes nothing",
        (SetupLine("user -n {login} -pw <password> -pe Read-Only -e enable", shown=False),),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (SetupLine("ntp -OM enable -p <your NTP server> -e enable", shown=False),),
    ),
)
