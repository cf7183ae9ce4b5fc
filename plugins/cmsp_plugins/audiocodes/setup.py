"""What is entered on a gateway or SBC of AudioCodes: parameters of its ini file. Data only.

Source: the configuration parameters of the user's manual. They are loaded as an incremental ini file, or typed in the
pages of the same names.
"""

from cmsp_agent.plugin.api import SetupLine, SetupStep

TRUSTED = SetupLine(
    "SNMPTrustedMgr_4 = {appliance}",
    r"(?i:^SNMPTrustedMgr_\d) *= *'?{appliance}\b|\A(?![\s\S]*(?i:^SNMPTrustedMgr_\d) *= *'?(?!0\.0\.0\.0)\d)",
)
"""It answers everybody unless managers are named; then those alone. There are five places, from 0 on."""

SETUP = (
    SetupStep(
        "snmp",
        "inventory and states are read by SNMP; a user of SNMPv3 is made in the table SNMPUsers",
        (
            SetupLine("DisableSNMP = 0", r"^DisableSNMP *= *0|\A(?![\s\S]*^DisableSNMP)"),
            SetupLine(
                "[ SNMPUsers ]\n"
                'SNMPUsers 0 = "{user}", {auth_name}, {priv_name}, "<authentication key>", "<privacy key>", 0;\n'
                "[ \\SNMPUsers ]",
                r"^SNMPUsers \d+ = \"?{user}\b",
            ),
            TRUSTED,
        ),
        only="3",
        words=tuple(
            {"MD5": "1", "SHA-1": "2", "DES": "1", "3DES": "2", "AES-128": "3", "AES-192": "4", "AES-256": "5"}.items()
        ),
    ),
    SetupStep(
        "snmp",
        "inventory and states are read by SNMP",
        (
            SetupLine("DisableSNMP = 0", r"^DisableSNMP *= *0|\A(?![\s\S]*^DisableSNMP)"),
            SetupLine("SNMPReadOnlyCommunityString_0 = <community>", r"^SNMPReadOnlyCommunityString_\d *= *\S"),
            TRUSTED,
        ),
        only="2c",
    ),
    SetupStep(
        "traps",
        "every alarm of the device comes as a trap, and its clear too",
        (
            SetupLine("SNMPManagerTableIP_0 = {appliance}", r"^SNMPManagerTableIP_\d *= *'?{appliance}\b"),
            SetupLine("SNMPManagerTrapPort_0 = {trap_number}", r"^SNMPManagerTrapPort_\d *= *{trap_number}\b"),
            SetupLine("SNMPManagerIsUsed_0 = 1", r"^SNMPManagerIsUsed_\d *= *1"),
            SetupLine("SNMPManagerTrapSendingEnable_0 = 1", r"^SNMPManagerTrapSendingEnable_\d *= *1"),
        ),
    ),
    SetupStep(
        "syslog",
        "calls and logins are reported by syslog alone",
        (
            SetupLine("EnableSyslog = 1", r"^EnableSyslog *= *1"),
            SetupLine("SyslogServerIP = {appliance}", r"^SyslogServerIP *= *'?{appliance}\b"),
            SetupLine("SyslogServerPort = {syslog_number}", r"^SyslogServerPort *= *{syslog_number}\b"),
        ),
    ),
    SetupStep(
        "login",
        "its configuration is read over its command line or REST; the row is of the table of local users",
        (
            SetupLine(
                "configure system\nuser {login}\npassword <password>\nprivilege admin\nstatus valid\nexit",
                r"^WebUsers \d+ = \"?{login}\b|^\s*user \"?{login}\b",
            ),
        ),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (SetupLine("NTPServerIP = <your NTP server>", r"^NTPServerIP *= *'?[^'\s]"),),
    ),
)
