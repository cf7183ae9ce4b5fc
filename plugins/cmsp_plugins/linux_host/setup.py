"""What is entered on a Linux host so that the agent can do its work: files of net-snmp and rsyslog. Data only."""

from cmsp_agent.plugin.api import SetupLine, SetupStep

ALGORITHMS = tuple(
    {
        **{name: name for name in ("MD5", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "DES")},
        "SHA-1": "SHA",
        "AES-128": "AES",
        "AES-192": "AES-192",
        "AES-256": "AES-256",
    }.items()
)
"""The names of the file → those of net-snmp."""
READ = "inventory, figures and states are read by SNMP: in /etc/snmp/snmpd.conf"
TELL = "a fault is known at once, not at the next poll: in /etc/snmp/snmpd.conf"

SETUP = (
    SetupStep(
        "snmp",
        READ,
        (
            SetupLine("agentAddress udp:161,udp6:161", shown=False),
            SetupLine('createUser {user} {auth_name} "<authentication key>" {priv_name} "<privacy key>"', shown=False),
            SetupLine("rouser {user} {level}", shown=False),
        ),
        only="3",
        words=ALGORITHMS,
    ),
    SetupStep(
        "snmp",
        READ,
        (
            SetupLine("agentAddress udp:161,udp6:161", shown=False),
            SetupLine("rocommunity <community> {appliance}", shown=False),
        ),
        only="2c",
    ),
    SetupStep(
        "traps",
        TELL,
        (
            SetupLine(
                "trapsess -Ci -v 3 -u {user} -l authPriv -a {auth_name} -A <authentication key> -x {priv_name}"
                " -X <privacy key> {appliance}:{trap_number}",
                shown=False,
            ),
            SetupLine("linkUpDownNotifications yes", shown=False),
        ),
        only="3",
        words=ALGORITHMS,
    ),
    SetupStep("traps", TELL, (SetupLine("informsink {appliance}:{trap_number} <community>", shown=False),), only="2c"),
    SetupStep(
        "syslog",
        "much is reported by syslog alone: in /etc/rsyslog.d/cmsp.conf",
        (
            SetupLine(
                '*.info action(type="omfwd" target="{appliance}" port="{syslog_number}" protocol="udp"'
                ' template="RSYSLOG_SyslogProtocol23Format")',
                shown=False,
            ),
        ),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (SetupLine("timedatectl set-ntp true", shown=False),),
    ),
    SetupStep(
        "login", "show commands are read over SSH", (SetupLine("adduser --disabled-password {login}", shown=False),)
    ),
)
