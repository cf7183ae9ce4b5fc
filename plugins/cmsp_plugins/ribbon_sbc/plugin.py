"""The device type `ribbon_sbc`: what any SNMP device has, and where this one says who it is. Data only."""

from cmsp_agent.plugin.api import CliPlatform, DeviceType, Fact, HttpFetch, Identity, hook
from cmsp_plugins.ribbon_sbc.setup import SETUP

API_VERSION = 1

RIBBON_SBC = DeviceType(
    name="ribbon_sbc",
    title="Ribbon SBC Edge or SBC Core (Sonus)",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.177.15.1.1", "1.3.6.1.4.1.2879.1.9"),
    identity=Identity(
        vendor="Ribbon",
        os="sonus-sbc",
        version=(Fact(pattern=r"\bversion (?:sbc-)?(V[0-9][\w.-]*?)(?:\.x86_64)?(?:\s|$)"),),
        model=(Fact(pattern=r"^Sonus (SBC \w+) version"),),
    ),
    # SBC Edge (1000, 2000, SWe Lite): its REST interface; the answer is the archive itself.
    cli=CliPlatform(
        driver="ribbon_edge",
        config="POST /rest/system?action=backup",
        fetch=HttpFetch(
            "/rest/system?action=backup",
            method="POST",
            login="/rest/login",
            denied="<http_code>4",
            logout="/rest/logout",
            archive=True,
        ),
    ),
    setup=SETUP,
    proven=("identity",),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [RIBBON_SBC]
