"""The device type `cisco_ata`: what any SNMP device has, and where this one says who it is. Data only."""

from cmsp_agent.plugin.api import CliPlatform, DeviceType, Fact, HttpFetch, Identity, Redaction, hook
from cmsp_plugins.cisco_ata.setup import SETUP

API_VERSION = 1

CISCO_ATA = DeviceType(
    name="cisco_ata",
    title="Cisco analog telephone adapter",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.9.6.1.23.1.1.1",),
    identity=Identity(
        vendor="Cisco",
        os="ciscospa",
        version=(Fact(pattern=r"(?i)^CISCO (?:SPA|ATA) ?[\w-]+ (\S+)"), Fact("1.3.6.1.2.1.47.1.1.1.1.10.1")),
        model=(Fact(pattern=r"(?i)^(?:Linux|CISCO) ((?:SPA|ATA) ?[\w-]+)"),),
    ),
    # It is provisioned with a profile; that is the configuration. A call manager serves it as ATA<MAC>.cnf.xml.
    cli=CliPlatform(
        driver="profile",
        config="GET http.profile",
        fetch=HttpFetch(),
        must_have=(r"<(?:flat-profile|device)[ >]",),
        complete=r"</(?:flat-profile|device)>\s*\Z",
        redact=(
            Redaction(r"<(?:\w*(?:Passwo?r?d|Passwd|PIN|Key|Secret)\w*)(?: [^<>]*)?>(?P<secret>[^<\n]+)</"),
            Redaction(r"<GPP_S[A-D](?: [^<>]*)?>(?P<secret>[^<\n]+)</"),  # general purpose parameters that are secret
            Redaction(r"\[[^\]\n]*--(?:key|pwd) +(?P<secret>[^\]\s]+)"),
        ),
    ),
    setup=SETUP,
    proven=("identity",),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_ATA]
