"""What is entered on a Cisco gateway so that the agent can do its work. Data only.

Sources: the command references of SNMP, logging, archive and secure copy.
"""

from cmsp_agent.plugin.api import SetupLine, SetupStep

AUTH_AND_PRIV = tuple(
    {
        "MD5": "md5",
        "SHA-1": "sha",
        "SHA-224": "sha-2 224",
        "SHA-256": "sha-2 256",
        "SHA-384": "sha-2 384",
        "SHA-512": "sha-2 512",
        "DES": "des",
        "3DES": "3des",
        "AES-128": "aes 128",
        "AES-192-C": "aes 192",
        "AES-256-C": "aes 256",
    }.items()
)
"""The names of the file → those of the device. Its AES with 192 and 256 bits extends keys as Reeder does (`-C`)."""
PERSISTENT = SetupLine("snmp ifmib ifindex persist", r"^snmp(?:-server)? (?:ifmib )?ifindex persist")

WHOLE = r"(?:iso|internet|1(?:\.3\.6\.1)?) included"
CUT_OFF = r"(?:mgmt|mib-2|enterprises|cisco|ciscoMgmt|1\.3\.6\.1\.(?:2(?:\.1)?|4\.1(?:\.9)?(?:\.9)?)) excluded"
WHOLE_VIEW = rf"^snmp-server view (?P<view>\S+) {WHOLE}(?![\s\S]*^snmp-server view (?P=view) {CUT_OFF})"
READS_IT = (
    r"^snmp-server group \S+ v3 {level}\b(?:(?!.* read ).*$|.* read v1default\b"
    rf"|.* read (?P<view>\S+)(?=[\s\S]*^snmp-server view (?P=view) {WHOLE}))"
)
"""A group without a view reads v1default, which has the whole of internet."""
GROUP_BEHIND = r"^snmp-server group \S+ v3 {level}\b(?:(?!.* access ).*$|.* access (?:ipv6 \S+ )?(?P<list>\S+))"
TRAPS_ON = (
    r"\A(?:(?=[\s\S]*^snmp-server enable traps\s*$)|(?=[\s\S]*^snmp-server enable traps snmp\b.* linkdown)"
    r"(?=[\s\S]*^snmp-server enable traps config\b)(?=[\s\S]*^snmp-server enable traps (?:envmon|entity)))"
)
"""The device shows the bare command as one line for each kind."""
TO_US, PORT = (
    r"^snmp-server host {appliance}(?: vrf \S+)?(?: informs| traps)?",
    r"{trap_port}(?: udp-port {trap_number})?",
)
"""What follows the user or the community and the port names the only notifications that are sent."""
LOGS_TO_US = (
    r"^logging (?:host )?{appliance}(?: vrf \S+)?(?: discriminator \S+)?"
    r"(?: transport tcp\b.*|{syslog_port}(?: transport udp(?: port {syslog_number})?)?(?: (?!transport|vrf|port).*)?)$"
)
MAY_SEE_ALL = (
    r"^username {login} (?:.* )?privilege 15\b|^aaa authentication login \S+ group\b"
    r"|\A(?=[\s\S]*^enable (?:secret|password) )[\s\S]*^username {login}\b(?!.* privilege \d)"
)
"""By its own level, by a server's word, or by `enable`."""

SETUP = (
    SetupStep(
        "snmp",
        "inventory, figures and states are read by SNMP; interfaces keep their numbers over a restart",
        (
            SetupLine("snmp-server view CMSP iso included", WHOLE_VIEW),
            SetupLine("snmp-server group CMSP v3 {level} read CMSP", READS_IT, behind=GROUP_BEHIND),
            SetupLine("snmp-server user {user} CMSP v3{auth}{priv}", shown=False),
            PERSISTENT,
        ),
        only="3",
        words=AUTH_AND_PRIV,
    ),
    SetupStep(
        "snmp",
        "inventory, figures and states are read by SNMP; interfaces keep their numbers over a restart",
        (
            SetupLine(
                "snmp-server community <community> RO",
                r"^snmp-server community \S+ .*\bRO\b",
                behind=r"^snmp-server community \S+ (?:view \S+ )?R[OW](?: ipv6 \S+)?(?: (?P<list>\S+))?\s*$",
            ),
            PERSISTENT,
        ),
        only="2c",
    ),
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll; an inform is repeated until it is acknowledged",
        (
            SetupLine("snmp-server enable traps", TRAPS_ON),
            SetupLine(
                "snmp-server host {appliance} informs version 3 {level} {user}{trap_port}",
                rf"{TO_US} version 3 \w+ {{user}}{PORT}\s*$",
            ),
        ),
        only="3",
    ),
    SetupStep(
        "traps",
        "a fault is known at once, not at the next poll",
        (
            SetupLine("snmp-server enable traps", TRAPS_ON),
            SetupLine(
                "snmp-server host {appliance} version 2c <community>{trap_port}",
                rf"{TO_US}(?: version (?:1|2c))? (?!version )\S+{PORT}\s*$",
            ),
        ),
        only="2c",
    ),
    SetupStep(
        "syslog",
        "much is reported by syslog alone; name and number show whose a message is, and that none is missing",
        (
            SetupLine("logging on", r"\A(?![\s\S]*^no logging on\b)"),
            SetupLine("logging host {appliance}{syslog_port}", LOGS_TO_US),
            SetupLine(
                "logging trap informational",
                r"^logging trap (?:informational|debugging|6|7)|\A(?![\s\S]*^(?:no )?logging trap)",
            ),
            SetupLine("logging origin-id hostname", r"^logging origin-id \S"),
            SetupLine("service sequence-numbers"),
        ),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (
            SetupLine("ntp server <your NTP server>", r"^(?:ntp|sntp) server \S"),
            SetupLine(
                "service timestamps log datetime msec show-timezone year",
                r"^service timestamps log datetime(?=.* msec)(?=.* show-timezone)",
            ),
        ),
    ),
    SetupStep(
        "login",
        "its configuration and its show commands are read over SSH; only privilege level 15 sees a whole configuration",
        (
            SetupLine("username {login} privilege 15 secret <password>", MAY_SEE_ALL),
            SetupLine("ip ssh version 2"),
            SetupLine(
                "line vty 0 4\n transport input ssh",
                r"^line vty [\d ]+\n(?:^ .*\n)*?^ transport input (?:.*\bssh\b|all)",
                behind=r"^line vty [\d ]+\n(?:^ .*\n)*?^ access-class (?P<list>\S+) in\b",
            ),
        ),
    ),
    SetupStep(
        "archive",
        "the device reports who changed the configuration, and the agent saves it; passwords stay out of that",
        (
            SetupLine(
                "archive\n log config\n  logging enable",
                r"^archive\n(?:^ .*\n)*?^ +log config\n(?:^  .*\n)*?^ +logging enable",
            ),
            SetupLine("  notify syslog contenttype plaintext", r"^ +notify syslog(?! contenttype xml)"),
            SetupLine("  hidekeys", r"^ +hidekeys"),
        ),
    ),
    SetupStep("scp", "a configuration is restored as a file", (SetupLine("ip scp server enable"),)),
)
