"""The device type `oracle_sbc`: what any SNMP device has, and what APSYSMGMT-MIB has of SIP. Data only."""

from cmsp_agent.plugin.api import (
    CliPlatform,
    DeviceType,
    Fact,
    Identity,
    hook,
)
from cmsp_plugins.oracle_sbc import states, traps
from cmsp_plugins.oracle_sbc.kpis import KPIS
from cmsp_plugins.oracle_sbc.setup import SETUP

API_VERSION = 1

PRODUCTS = "1.3.6.1.4.1.9148.1"
"""ACMEPACKET-PRODUCTS."""
MODELS = (
    *(("1.1", "Net-Net 4250"), ("1.2", "Net-Net 4500"), ("2.1", "Net-Net 9200"), ("3.1", "Net-Net 3800")),
    *(("3.2", "Net-Net 3820"), ("4.2", "VME"), ("5.1", "6300"), ("6.1", "1100")),
)

ORACLE_SBC = DeviceType(
    name="oracle_sbc",
    title="Oracle (Acme Packet) SBC",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.9148.1",),
    identity=Identity(
        vendor="Oracle",
        os="acme",
        version=(Fact(pattern=r"\s((?:nn)?(?:[SE]-?C[A-Z]?|S[A-Z]{1,2})\d[\w.]*(?: .*)?)"),),
        model=(Fact(pattern=r"^Acme Packet ((?:[A-Z]\S* )?[A-Z]*\d+|VME?) "),),
        products=tuple((f"{PRODUCTS}.{number}", model) for number, model in MODELS),
    ),
    alarms=(*states.ALARMS, *traps.ALARMS),
    traps=traps.TRAPS,
    states=states.STATES,
    kpis=KPIS,
    # The command line shows the whole configuration; it has no last line of its own.
    cli=CliPlatform(
        driver="acmepacket",
        complete=r"^(?:task done|[ \t]+last-modified-date[ \t]+\S[^\n]*|[ \t]+\S[^\n]*)\s*\Z",
        must_have=(r"^system-config\b", r"^(?:realm-config|sip-interface|network-interface)\b"),
        invalid=(r"^% ?(?:command not found|invalid|ambiguous|incomplete)", r"^\s*%? ?[Aa]uthorization failed"),
        volatile=(r"^task done$",),
        read_only=("show version", "show health", "show sipd agents", "show clock"),
    ),
    setup=SETUP,
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [ORACLE_SBC]
