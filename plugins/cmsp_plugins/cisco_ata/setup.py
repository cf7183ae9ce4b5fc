"""What is entered in the profile of a telephone adapter so that the agent can do its work. Data only.

Source: the provisioning guides of the SPA100 and ATA 190 series. The same stands in the web pages, under these names.
"""

from cmsp_agent.plugin.api import SetupLine, SetupStep

TRUSTED = r"(?P<network>[\d.]+)/(?P<mask>[\d.]+)"


def _set(name: str, value: str, there: str = "") -> SetupLine:
    return SetupLine(f"<{name}>{value}</{name}>", rf"<{name}(?: [^<>]*)?>{there or value}</{name}>")


SETUP = (
    SetupStep(
        "snmp",
        "who it is and that it lives is read by SNMP, which is off at first; the user is below <SNMP>",
        (
            _set("SNMP_Enabled", "1"),
            _set("SNMP_Trusted_IP", "{appliance}/255.255.255.255", TRUSTED),
            _set("SNMPV3", "1"),
            _set("RW_User", "{user}"),
            _set("Auth_Protocol", "{auth_name}", r"\w+"),
            SetupLine("<Auth_Password><authentication key></Auth_Password>", shown=False),
            _set("Privacy_Protocol", "{priv_name}", r"\w+"),
            SetupLine("<Privacy_Password><privacy key></Privacy_Password>", shown=False),
        ),
        only="3",
        words=tuple({"SHA-1": "SHA", "SHA-256": "SHA256", "SHA-512": "SHA512"}.items()),
    ),
    SetupStep(
        "snmp",
        "who it is and that it lives is read by SNMP, which is off at first; the community is below <SNMP>",
        (
            _set("SNMP_Enabled", "1"),
            _set("SNMP_Trusted_IP", "{appliance}/255.255.255.255", TRUSTED),
            _set("Get_Community", "<community>", r"[^<\s]+"),
        ),
        only="2c",
    ),
    SetupStep(
        "traps",
        "that it has restarted is known at once",
        (
            _set("TRAP_IP_Address", "{appliance}"),
            _set("TRAP_Port", "{trap_number}"),
            _set("TRAP_SNMP_Version", "v2c", "v[123]c?"),
        ),
    ),
    SetupStep(
        "syslog",
        "registrations and provisioning are reported by syslog alone",
        (_set("Syslog_Server", "{appliance}:{syslog_number}", r"{appliance}(?::{syslog_number})?"),),
    ),
    SetupStep(
        "clock",
        "times of messages are compared with those of others",
        (_set("Time_Server", "<your NTP server>", r"[^<\s][^<]*"),),
    ),
)
