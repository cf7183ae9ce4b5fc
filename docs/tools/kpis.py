"""The page of the KPIs: name, unit, what names its rows, where it comes from, generated from the device types."""

from collections.abc import Iterator

from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.plugin.api import Kpi, ShownKpi
from cmsp_agent.plugin.registry import OWN_UNITS
from docs.tools.markdown import page, table

TEXT = (
    "Of several sources the first that the device has is used; what it has none of is *not supported*, and never zero. "
    "Counters are kept as rates per second. A command in place of a MIB is read over SSH. "
    "Each device type's table is what it has beyond the type that it is *like*."
)
MIBS = {
    "1.3.6.1.2.1.1.": "SNMPv2-MIB",
    "1.3.6.1.2.1.2.": "IF-MIB",
    "1.3.6.1.2.1.31.": "IF-MIB",
    "1.3.6.1.2.1.10.18.": "DS1-MIB",
    "1.3.6.1.2.1.10.20.": "ISDN-MIB",
    "1.3.6.1.2.1.10.21.": "DIAL-CONTROL-MIB",
    "1.3.6.1.2.1.25.": "HOST-RESOURCES-MIB",
    "1.3.6.1.2.1.33.": "UPS-MIB",
    "1.3.6.1.2.1.99.": "ENTITY-SENSOR-MIB",
    "1.3.6.1.2.1.105.": "POWER-ETHERNET-MIB",
    "1.3.6.1.4.1.177.15.": "UX (SBC Edge)",
    "1.3.6.1.4.1.318.": "PowerNet-MIB",
    "1.3.6.1.4.1.476.": "LIEBERT-GP-PDU-MIB",
    "1.3.6.1.4.1.534.": "XUPS-MIB",
    "1.3.6.1.4.1.674.10902.": "DELL-SNMP-UPS-MIB",
    "1.3.6.1.4.1.705.": "MG-SNMP-UPS-MIB",
    "1.3.6.1.4.1.850.": "TRIPPLITE-PRODUCTS",
    "1.3.6.1.4.1.935.": "MEGATEC NetAgent",
    "1.3.6.1.4.1.3808.": "CPS-MIB",
    "1.3.6.1.4.1.2021.13.16.": "LM-SENSORS-MIB",
    "1.3.6.1.4.1.9.2.": "OLD-CISCO-CPU-MIB",
    "1.3.6.1.4.1.9.9.10.": "CISCO-FLASH-MIB",
    "1.3.6.1.4.1.9.9.715.": "CISCO-ENTITY-QFP-MIB",
    "1.3.6.1.4.1.9.9.13.": "CISCO-ENVMON-MIB",
    "1.3.6.1.4.1.9.9.41.": "CISCO-SYSLOG-MIB",
    "1.3.6.1.4.1.9.9.42.": "CISCO-RTTMON-MIB",
    "1.3.6.1.4.1.9.9.62.": "CISCO-VOICE-ANALOG-IF-MIB",
    "1.3.6.1.4.1.9.9.48.": "CISCO-MEMORY-POOL-MIB",
    "1.3.6.1.4.1.9.9.63.": "CISCO-VOICE-DIAL-CONTROL-MIB",
    "1.3.6.1.4.1.9.9.86.": "CISCO-DSP-MGMT-MIB",
    "1.3.6.1.4.1.9.9.91.": "CISCO-ENTITY-SENSOR-MIB",
    "1.3.6.1.4.1.9.9.109.": "CISCO-PROCESS-MIB",
    "1.3.6.1.4.1.9.9.147.": "CISCO-FIREWALL-MIB",
    "1.3.6.1.4.1.9.9.152.": "CISCO-SIP-UA-MIB",
    "1.3.6.1.4.1.9.9.156.": "CISCO-CCM-MIB",
    "1.3.6.1.4.1.9.9.221.": "CISCO-ENHANCED-MEMPOOL-MIB",
    "1.3.6.1.4.1.9.9.305.": "CISCO-SYSTEM-EXT-MIB",
    "1.3.6.1.4.1.9.9.392.": "CISCO-REMOTE-ACCESS-MONITOR-MIB",
    "1.3.6.1.4.1.9.9.402.": "CISCO-POWER-ETHERNET-EXT-MIB",
    "1.3.6.1.4.1.9.9.439.": "CISCO-CCME-MIB",
    "1.3.6.1.4.1.9.9.661.": "CISCO-WAN-3G-MIB",
    "1.3.6.1.4.1.9.9.441.": "CISCO-SRST-MIB",
    "1.3.6.1.4.1.9.9.764.": "CISCO-UBE-MIB",
    "1.3.6.1.4.1.9.10.19.": "CISCO-POP-MGMT-MIB",
    "1.3.6.1.4.1.1768.": "PATTON-MIB",
    "1.3.6.1.4.1.2021.": "UCD-SNMP-MIB",
    "1.3.6.1.4.1.5003.9.10.1.": "AcBoard",
    "1.3.6.1.4.1.5003.9.10.8.": "AC-ANALOG-MIB",
    "1.3.6.1.4.1.5003.9.10.10.": "AC-SYSTEM-MIB",
    "1.3.6.1.4.1.5003.10.8.": "AC-PM-Control-MIB",
    "1.3.6.1.4.1.5003.15.3.": "AC-KPI-MIB",
    "1.3.6.1.4.1.2879.2.2.6.": "SONUS-PERFORMANCE-STATISTICS-MIB",
    "1.3.6.1.4.1.9148.3.": "APSYSMGMT-MIB",
}
"""Where an object is, by the beginning of its OID."""


def render() -> str:
    """Each KPI once, with the first type that has it."""
    parts: list[str] = [TEXT, "## every component", table(("KPI", "unit"), list(OWN_UNITS.items()))]
    seen: set[Kpi | ShownKpi] = set()
    for kind in sorted(installed().registry, key=lambda each: (bool(each.like), each.name)):
        rows = [*_polled(kind.kpis, seen)]
        for shown in kind.tables:
            rows += [
                (f"`{kpi.name}`", kpi.unit, " ".join(kpi.row), f"`{shown.command}`")
                for kpi in shown.kpis
                if kpi not in seen
            ]
            seen.update(shown.kpis)
        if rows:
            parts += [f"## {kind.name}", table(("KPI", "unit", "one for each", "from"), rows)]
    return page("KPIs", "plugins/cmsp_plugins", *parts)


def _polled(kpis: tuple[Kpi, ...], seen: set[Kpi | ShownKpi]) -> Iterator[tuple[str, str, str, str]]:
    for kpi in kpis:
        if kpi not in seen:
            seen.add(kpi)
            sources = ", ".join(f"{mib_of(oid)} `{oid}`" for oid in kpi.oids)
            yield f"`{kpi.name}`", kpi.unit, _rows(kpi), sources


def _rows(kpi: Kpi) -> str:
    if kpi.aggregate:
        return f"{kpi.aggregate} of all"
    return {"interface": "interface", "index": "row", "first": "dial-peer", "": ""}.get(kpi.per, "name")


def mib_of(oid: str) -> str:
    """The MIB of an object.

    Raises:
        ValueError: the page knows none: a KPI's source is to be named.
    """
    fitting = [prefix for prefix in MIBS if oid.startswith(prefix)]
    if not fitting:
        raise ValueError(f"{oid}: of which MIB is it? Add its prefix to MIBS")
    return MIBS[max(fitting, key=len)]
