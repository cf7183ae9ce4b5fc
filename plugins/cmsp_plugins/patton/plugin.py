"""The device type `patton`: what any SNMP device has, calls and ports, and where this one says who it is. Data only."""

from cmsp_agent.plugin.api import NO_COUNT, NOT_AVAILABLE, DeviceType, Fact, Identity, Kpi, Limit, Severity, hook
from cmsp_plugins.patton.setup import SETUP

API_VERSION = 1

SMARTNODE = "1.3.6.1.4.1.1768.100"
"""SMARTNODE-MIB, as other monitors read it, for want of the MIB's text."""
PRODUCT, CPU, MEMORY = f"{SMARTNODE}.1", f"{SMARTNODE}.70.10.2.1", f"{SMARTNODE}.70.20.2.1"
PROBE, GATEWAY, PORT = f"{SMARTNODE}.70.30.2.1", f"{SMARTNODE}.70.40.2.1", f"{SMARTNODE}.70.50.2.1"

PATTON = DeviceType(
    name="patton",
    title="Patton gateway (SmartNode)",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.1768",),
    identity=Identity(
        vendor="Patton",
        os="patton",
        # SmartWare: a release and the day of its build; Trinity: numbers
        version=(
            Fact(f"{PRODUCT}.5.0"),
            Fact(pattern=r"\b(R\d+\.\w+(?: \d{4}-\d\d-\d\d(?:_[\w.-]*\w(?: [A-Z0-9.]*[A-Z0-9])*)?)?)"),
            Fact(pattern=r"\bTrinity \D*(\d+\.[\w.-]+)"),
        ),
        # in sysDescr some have no space between the model and what follows
        model=(
            Fact(f"{PRODUCT}.6.0"),
            Fact(pattern=r"\b(SN\d{3,5}\b[\w/-]*?)(?:Hardware\b|[^\w/-]|$)"),
            Fact(pattern=r"\b(SmartNode \d+[\w/-]*)"),
        ),
        serial=(Fact(f"{PRODUCT}.1.0"),),
    ),
    kpis=(
        Kpi(
            "cpu.load",
            "percent",
            (f"{CPU}.3",),
            aggregate="max",
            absent=NOT_AVAILABLE,
            limit=Limit(90, 80, 600, Severity.MINOR),
        ),
        Kpi(
            "memory.used",
            "percent",
            (f"{MEMORY}.3",),
            free=(f"{MEMORY}.4",),
            per=f"{MEMORY}.1",
            absent=NO_COUNT,
            limit=Limit(95, 90, 600, Severity.MINOR),
        ),
        Kpi("device.temperature", "°C", (f"{PROBE}.2",), per=f"{PROBE}.1", absent=NOT_AVAILABLE),
        Kpi("gateway.calls", "calls", (f"{GATEWAY}.2",), per=f"{GATEWAY}.1", absent=NO_COUNT),
        Kpi("gateway.calls.ongoing", "calls", (f"{GATEWAY}.3",), per=f"{GATEWAY}.1", absent=NO_COUNT),
        Kpi("gateway.calls.all", "calls/s", (f"{GATEWAY}.4",), kind="counter32", per=f"{GATEWAY}.1"),
        Kpi("port.calls", "calls", (f"{PORT}.2",), per=f"{PORT}.1", absent=NO_COUNT),
        Kpi("port.calls.ongoing", "calls", (f"{PORT}.3",), per=f"{PORT}.1", absent=NO_COUNT),
        Kpi("port.calls.all", "calls/s", (f"{PORT}.4",), kind="counter32", per=f"{PORT}.1"),
    ),
    setup=SETUP,
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [PATTON]
