"""The device type `ribbon_sbc`: DSPs and ports of an SBC Edge, and where it says who it is. Data only."""

from cmsp_agent.plugin.api import (
    NO_COUNT,
    NOT_AVAILABLE,
    AlarmType,
    CliPlatform,
    DeviceType,
    Fact,
    FileUpload,
    HttpFetch,
    Identity,
    Kpi,
    Limit,
    Severity,
    StateRule,
    hook,
)
from cmsp_plugins.ribbon_sbc import trunk_groups
from cmsp_plugins.ribbon_sbc.setup import SETUP

API_VERSION = 1

EDGE = "1.3.6.1.4.1.177.15.1"
"""UX objects of an SBC Edge (1000, 2000): as other monitors read them, for want of the MIB's text."""
DSP, PORT = f"{EDGE}.6.1", f"{EDGE}.5.1.2.1"

RIBBON_SBC = DeviceType(
    name="ribbon_sbc",
    title="Ribbon SBC Edge or SBC Core (Sonus)",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.177.15.1.1", "1.3.6.1.4.1.2879.1.9"),
    identity=Identity(
        vendor="Ribbon",
        os="sonus-sbc",
        version=(Fact(pattern=r"\bversion (?:sbc-)?(V[0-9][\w.-]*?)(?:\.x86_64)?(?:\s|$)"),),
        model=(Fact(pattern=r"^(?:Sonus|Ribbon) (SBC \w+) version"),),
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
        # the passwords of the device stay as they are: a backup without its passphrase would empty them
        upload=FileUpload(
            "/rest/system?action=restore",
            method="POST",
            field="Filename",
            name="backup.tar.gz",
            more=(("ReplacePasswords", "0"),),
            failed="<http_code>[45]",
        ),
    ),
    alarms=(AlarmType("dsp.down", Severity.MAJOR, "{component}: DSP {object} is out of service"),),
    # uxDSPServiceStatus: down(0), up(1)
    states=(StateRule(f"{DSP}.6", "dsp.down", frozenset({0}), frozenset({1}), object="index", once_clear=True),),
    kpis=(
        Kpi("dsp.load", "percent", (f"{DSP}.4",), per="index", absent=NOT_AVAILABLE, limit=Limit(95, 85, 300)),
        Kpi("dsp.channels", "channels", (f"{DSP}.5",), per="index", absent=NO_COUNT),
        Kpi("port.calls", "calls", (f"{PORT}.5",), per="index", absent=NO_COUNT),
        Kpi("port.calls.all", "calls/s", (f"{PORT}.6",), kind="counter32", per="index"),
        Kpi("port.calls.answered", "calls/s", (f"{PORT}.7",), kind="counter32", per="index"),
        Kpi("port.calls.refused", "calls/s", (f"{PORT}.8",), kind="counter32", per="index"),
        Kpi(
            "port.asr",
            "percent",
            (f"{PORT}.7",),
            kind="ratio",
            hourly=(f"{PORT}.6",),
            least=20,
            per="index",
            scale=100.0,
            limit=Limit(30, 40, 600),
        ),
        *trunk_groups.KPIS,
    ),
    setup=SETUP,
    proven=("identity",),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [RIBBON_SBC]
