"""The device type `cisco_ucm`: registrations of CISCO-CCM-MIB, and the health of the platform. Data only.

The counts are declared as counters, and are levels. The phone table is never walked: its agent is slow by design.
"""

from cmsp_agent.plugin.api import (
    AlarmType,
    DeviceType,
    Fact,
    Identity,
    Kpi,
    Limit,
    Severity,
    Sign,
    StateRule,
    hook,
    voice_os_setup,
)
from cmsp_plugins.cisco_ucm.traps import ALARMS, SYSLOG, TRAPS

API_VERSION = 1

CCM = "1.3.6.1.4.1.9.9.156.1"
NODE, GATEWAY, COUNTS = f"{CCM}.1.2.1", f"{CCM}.3.1.1", f"{CCM}.5"
GATEWAY_NAME = f"{GATEWAY}.2"
PACKAGES = "1.3.6.1.2.1.54.1.1.1.1"
"""SYSAPPL-MIB sysApplInstallPkgEntry: what is installed."""
PLATFORM = (
    Sign("1.3.6.1.2.1.1.2", r"^\.?1\.3\.6\.1\.4\.1\.9\.1\.1348\Z", unless=f"{PACKAGES}.3"),
    Sign("1.3.6.1.2.1.1.1", r"\bSoftware:UCOS\b", unless=f"{PACKAGES}.3"),
)
"""The platform alone: it is that of a call manager where no table of packages shows another product."""


def _count(name: str, number: int, limit: Limit | None = None) -> Kpi:
    return Kpi(f"ccm.{name}", "devices", (f"{COUNTS}.{number}.0",), limit=limit)


CISCO_UCM = DeviceType(
    name="cisco_ucm",
    title="Cisco Unified Communications Manager, where the order names one at the site",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.9.1.1348", "1.3.6.1.4.1.8072.3.2.10"),  # ciscoUCVirtualMachine; net-snmp
    sys_descr=r"(?i)\A\s*\Z|^(?:Hardware:|Linux\b)|\b(?:UCOS|CUCM|Cisco Unified (?:Call|Communications )Manager)\b",
    descr_is_enough=True,
    shown_by=(
        *(Sign(f"{NODE}.2"), Sign(f"{COUNTS}.29"), Sign(f"{PACKAGES}.3", r"(?i)^Cisco (?:Unified )?CallManager$")),
        *PLATFORM,
    ),
    identity=Identity(vendor="Cisco", os="ucm", version=(Fact(f"{COUNTS}.29.0", pattern=r"^([0-9][0-9.()-]*[0-9)])"),)),
    alarms=(
        AlarmType(
            "ccm.node.down",
            Severity.CRITICAL,
            "{component}: the call manager {object} is down",
            recommendation="Look at the services of the node (`utils service list`); phones have gone to its peers.",
        ),
        AlarmType(
            "ccm.gateway.unregistered",
            Severity.MAJOR,
            "{component}: gateway {object} is not registered",
            recommendation="Check the way from the gateway to the call manager, and the gateway itself.",
        ),
        *ALARMS,
    ),
    traps=TRAPS,
    syslog=SYSLOG,
    states=(
        # ccmStatus: up(2), down(3); ccmGatewayStatus: registered(2), unregistered(3), rejected(4)
        StateRule(f"{NODE}.5", "ccm.node.down", frozenset({3}), frozenset({2}), object=f"{NODE}.2"),
        StateRule(
            f"{GATEWAY}.5",
            "ccm.gateway.unregistered",
            frozenset({3, 4}),
            frozenset({2, 5}),
            object=GATEWAY_NAME,
            once_clear=True,
        ),
    ),
    kpis=(
        _count("phones.registered", 5),
        _count("phones.unregistered", 6),
        _count("phones.rejected", 7, Limit(1, 0, 600)),
        _count("phones.partial", 31),
        _count("gateways.registered", 8),
        _count("gateways.unregistered", 9),
        _count("gateways.rejected", 10, Limit(1, 0, 600)),
        _count("media.registered", 11),
        _count("cti.registered", 14),
        _count("voicemail.registered", 17),
        Kpi("cpu.load", "percent", ("1.3.6.1.2.1.25.3.3.1.2",), aggregate="max", limit=Limit(90, 80, 600)),
    ),
    setup=voice_os_setup("Cisco Unified Serviceability", "registrations and nodes are read by SNMP"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_UCM]
