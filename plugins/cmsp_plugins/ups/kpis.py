"""What UPS, rack power and the probes beside them measure. Data only: of several sources the first that is there.

Sources: UPS-MIB (RFC 1628), PowerNet-MIB of APC, XUPS-MIB of Eaton, MG-SNMP-UPS-MIB of MGE; CyberPower, Megatec (NET
Agent), Tripp Lite and Dell as their cards answer.
"""

from dataclasses import replace

from cmsp_agent.plugin.api import NO_COUNT, NOT_AVAILABLE, Kpi, Limit, Severity

RFC, APC = "1.3.6.1.2.1.33.1", "1.3.6.1.4.1.318.1.1.1"
XUPS, MGE = "1.3.6.1.4.1.534.1", "1.3.6.1.4.1.705.1"
CYBER, CYBER_PROBE = "1.3.6.1.4.1.3808.1.1.1", "1.3.6.1.4.1.3808.1.1.4"
MEGATEC = "1.3.6.1.4.1.935.1.1.1"
TRIPP = "1.3.6.1.4.1.850.1.1.3.1"
DELL = "1.3.6.1.4.1.674.10902.2.120"
TENTH, HUNDREDTH, TICKS, SECONDS = 0.1, 0.01, 1 / 6000, 1 / 60
ABSENT = {"V": NO_COUNT, "A": NO_COUNT, "Hz": NOT_AVAILABLE, "percent": NOT_AVAILABLE}
"""What means none: in PowerNet-MIB minus one is "unsupported", of a current, too."""
BATTERY_CURRENT_ABSENT = (4294967295, 2147483647)
"""Minus one is a current, of a battery that is being emptied."""

FigureSource = tuple[str, float]
"""(OID, what its figure is multiplied by)."""


def figure(name: str, unit: str, *sources: FigureSource, per: str = "index", limit: Limit | None = None) -> Kpi:
    """A figure with its sources, best first; a row for each phase."""
    oids, scales = zip(*sources, strict=True)
    return Kpi(name, unit, oids, scales=scales, per=per, absent=ABSENT.get(unit), limit=limit)


def _by_phase(name: str, unit: str, group: str, first: int) -> tuple[Kpi, ...]:
    """Three scalars, one for each phase."""
    return tuple(
        figure(f"{name}.l{phase}", unit, (f"{MEGATEC}.8.{group}.{first + phase}.0", TENTH), per="")
        for phase in (1, 2, 3)
    )


BATTERY = (
    figure(
        "ups.charge",
        "percent",
        *((f"{RFC}.2.4.0", 1.0), (f"{APC}.2.3.1.0", TENTH), (f"{APC}.2.2.1.0", 1.0), (f"{XUPS}.2.4.0", 1.0)),
        *((f"{MGE}.5.2.0", 1.0), (f"{CYBER}.2.2.1.0", 1.0), (f"{MEGATEC}.2.2.1.0", 1.0)),
        limit=Limit(50, 80, 0, Severity.MINOR),
    ),
    figure(
        "ups.minutes",
        "min",
        (f"{DELL}.5.3.0", SECONDS),  # in seconds, where UPS-MIB has whole minutes
        *((f"{RFC}.2.3.0", 1.0), (f"{APC}.2.2.3.0", TICKS), (f"{XUPS}.2.1.0", SECONDS)),
        *((f"{MGE}.5.1.0", SECONDS), (f"{CYBER}.2.2.4.0", TICKS), (f"{MEGATEC}.2.2.4.0", SECONDS)),
    ),
    figure(
        "ups.temperature",
        "°C",
        *((f"{RFC}.2.7.0", 1.0), (f"{APC}.2.3.2.0", TENTH), (f"{APC}.2.2.2.0", 1.0)),
        *((f"{MGE}.5.7.0", TENTH), (f"{CYBER}.2.2.3.0", 1.0), (f"{MEGATEC}.2.2.3.0", TENTH)),
    ),
    figure(
        "ups.battery",
        "V",
        *((f"{RFC}.2.5.0", TENTH), (f"{APC}.2.3.4.0", TENTH), (f"{APC}.2.2.8.0", 1.0)),
        *((f"{XUPS}.2.2.0", 1.0), (f"{MGE}.5.5.0", TENTH), (f"{CYBER}.2.2.2.0", TENTH)),
    ),
    replace(
        figure(
            "ups.battery.current",
            "A",
            *((f"{RFC}.2.6.0", TENTH), (f"{APC}.2.3.5.0", TENTH), (f"{APC}.2.2.9.0", 1.0)),
            *((f"{XUPS}.2.3.0", 1.0), (f"{MGE}.5.6.0", TENTH), (f"{MEGATEC}.2.2.7.0", TENTH)),
        ),
        absent=BATTERY_CURRENT_ABSENT,
    ),
    figure("ups.battery.packs", "packs", (f"{APC}.2.2.5.0", 1.0)),
    figure("ups.battery.packs.bad", "packs", (f"{APC}.2.2.6.0", 1.0)),
)

INPUT = (
    figure(
        "ups.input",
        "V",
        (f"{MGE}.6.2.1.2", TENTH),  # a Galaxy shows tenths in UPS-MIB
        *((f"{RFC}.3.3.1.3", 1.0), (f"{APC}.3.3.1.0", TENTH), (f"{APC}.3.2.1.0", 1.0)),
        *((f"{XUPS}.3.4.1.2", 1.0), (f"{CYBER}.3.2.1.0", TENTH)),
    ),
    figure(
        "ups.input.current",
        "A",
        *((f"{RFC}.3.3.1.4", TENTH), (f"{XUPS}.3.4.1.7", TENTH), (f"{XUPS}.3.4.1.3", 1.0), (f"{MGE}.6.2.1.6", TENTH)),
    ),
    figure("ups.input.power", "W", (f"{RFC}.3.3.1.5", 1.0), (f"{XUPS}.3.4.1.4", 1.0)),
    figure(
        "ups.input.frequency",
        "Hz",
        *((f"{RFC}.3.3.1.2", TENTH), (f"{APC}.3.3.4.0", TENTH), (f"{APC}.3.2.4.0", 1.0), (f"{XUPS}.3.1.0", TENTH)),
        *((f"{MGE}.6.2.1.3", TENTH), (f"{CYBER}.3.2.4.0", TENTH), (f"{MEGATEC}.8.2.1.0", TENTH)),
    ),
    *_by_phase("ups.input", "V", "2", 1),
)

OUTPUT = (
    Kpi(
        "ups.load",
        "percent",
        (
            *(f"{RFC}.4.4.1.5", f"{APC}.4.3.3.0", f"{APC}.4.2.3.0", f"{XUPS}.4.1.0"),
            *(f"{MGE}.7.2.1.4", f"{CYBER}.4.2.3.0", f"{MEGATEC}.8.3.5.0"),
        ),
        scales=(1.0, TENTH, 1.0, 1.0, 1.0, 1.0, TENTH),
        aggregate="max",
        absent=NOT_AVAILABLE,
        limit=Limit(90, 80, 300, Severity.MINOR),
    ),
    figure("ups.load.phase", "percent", (f"{RFC}.4.4.1.5", 1.0), (f"{XUPS}.4.4.1.8", 1.0), (f"{MGE}.7.2.1.4", 1.0)),
    *_by_phase("ups.load", "percent", "3", 4),
    figure(
        "ups.output",
        "V",
        (f"{MGE}.7.2.1.2", TENTH),
        *((f"{RFC}.4.4.1.2", 1.0), (f"{APC}.4.3.1.0", TENTH), (f"{APC}.4.2.1.0", 1.0)),
        *((f"{XUPS}.4.4.1.2", 1.0), (f"{CYBER}.4.2.1.0", TENTH)),
    ),
    figure(
        "ups.output.current",
        "A",
        *((f"{RFC}.4.4.1.3", TENTH), (f"{APC}.4.3.4.0", TENTH), (f"{APC}.4.2.4.0", 1.0), (f"{XUPS}.4.4.1.7", TENTH)),
        *((f"{XUPS}.4.4.1.3", 1.0), (f"{MGE}.7.2.1.5", TENTH), (f"{CYBER}.4.2.4.0", TENTH)),
    ),
    figure(
        "ups.output.power",
        "W",
        *((f"{RFC}.4.4.1.4", 1.0), (f"{APC}.4.2.8.0", 1.0), (f"{XUPS}.4.4.1.4", 1.0), (f"{DELL}.2.6.0", 1.0)),
    ),
    figure(
        "ups.output.frequency",
        "Hz",
        *((f"{RFC}.4.2.0", TENTH), (f"{APC}.4.3.2.0", TENTH), (f"{APC}.4.2.2.0", 1.0), (f"{XUPS}.4.2.0", TENTH)),
        *((f"{MGE}.7.2.1.3", TENTH), (f"{CYBER}.4.2.2.0", TENTH), (f"{MEGATEC}.8.3.1.0", TENTH)),
    ),
    *_by_phase("ups.output", "V", "3", 1),
)

BYPASS = (
    figure("ups.bypass", "V", (f"{RFC}.5.3.1.2", 1.0), (f"{APC}.3.3.6.0", TENTH), (f"{XUPS}.5.3.1.2", 1.0)),
    figure("ups.bypass.current", "A", (f"{RFC}.5.3.1.3", TENTH)),
    figure("ups.bypass.power", "W", (f"{RFC}.5.3.1.4", 1.0)),
    figure(
        "ups.bypass.frequency",
        "Hz",
        *((f"{RFC}.5.1.0", TENTH), (f"{APC}.3.3.7.0", TENTH), (f"{XUPS}.5.1.0", TENTH), (f"{MEGATEC}.8.4.1.0", TENTH)),
    ),
    *_by_phase("ups.bypass", "V", "4", 1),
)

TRIPP_LITE = (
    figure("ups.device.temperature", "°C", (f"{TRIPP}.2.1.1.7", TENTH)),
    figure("ups.device.battery", "V", (f"{TRIPP}.3.1.2.1.1", TENTH)),
    figure("ups.device.charge", "percent", (f"{TRIPP}.3.1.1.1.4", 1.0)),
    figure("ups.device.input", "V", (f"{TRIPP}.3.2.2.1.3", TENTH)),
    figure("ups.device.input.frequency", "Hz", (f"{TRIPP}.3.2.2.1.2", TENTH)),
    figure("ups.device.output", "V", (f"{TRIPP}.3.3.2.1.2", TENTH)),
    figure("ups.device.output.current", "A", (f"{TRIPP}.3.3.2.1.3", HUNDREDTH)),
    figure("ups.device.output.frequency", "Hz", (f"{TRIPP}.3.3.1.1.3", TENTH)),
    figure("ups.device.output.power", "W", (f"{TRIPP}.3.3.2.1.4", 1.0)),
    figure("ups.device.load", "percent", (f"{TRIPP}.3.3.2.1.5", 1.0)),
)

KPIS = (*BATTERY, *INPUT, *OUTPUT, *BYPASS, *TRIPP_LITE)
