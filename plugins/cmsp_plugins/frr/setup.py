"""What is entered in vtysh beside what a Linux host needs. Data only; source: the manual of FRR."""

from cmsp_agent.plugin.api import SetupLine, SetupStep

SETUP = (
    SetupStep(
        "snmp",
        "routing protocols are read through net-snmp (AgentX); in /etc/snmp/snmpd.conf: `master agentx`",
        (SetupLine("agentx", r"^agentx\s*$"),),
    ),
    SetupStep(
        "syslog",
        "routing protocols report what happens to their neighbours",
        (
            SetupLine("log syslog informational", r"^log syslog(?: (?:informational|debugging|notifications))?\s*$"),
            SetupLine("log timestamp precision 3", r"^log timestamp precision [1-9]"),
        ),
    ),
    SetupStep(
        "login",
        "its configuration is read and put back by vtysh",
        (SetupLine("usermod -aG frrvty {login}", shown=False),),
    ),
)
