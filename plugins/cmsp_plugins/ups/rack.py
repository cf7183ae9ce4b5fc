"""Rack power and probes: PDU, transfer switches, temperature and humidity beside a UPS. Data only.

Sources: PowerNet-MIB of APC, XUPS-MIB, CyberPower's and Liebert's own as their cards answer.
"""

from cmsp_agent.plugin.api import Kpi
from cmsp_plugins.ups.kpis import CYBER_PROBE, HUNDREDTH, MGE, TENTH, XUPS, figure

APC = "1.3.6.1.4.1.318.1.1"
UIO, EMS, MEM, IEM = f"{APC}.25.1.2.1", f"{APC}.10.3.13.1.1", f"{APC}.10.4.2.3.1", f"{APC}.10.2.3.2.1"
RACK_PDU = f"{APC}.26"
ATS_IN, ATS_OUT = f"{APC}.8.5.3", f"{APC}.8.5.4"
GENERATOR = f"{APC}.18.1.3.1.0"
TRANSFER = f"{APC}.17.4"
LIEBERT, LIEBERT_POWER = "1.3.6.1.4.1.476.1.42.3.8", "1.3.6.1.4.1.476.1.42.3.5.2"
CYBER_PDU = "1.3.6.1.4.1.3808.1.1.3.2.3.1.1"
TRIPP, TRIPP_ROOM = "1.3.6.1.4.1.850.1.1.3", "1.3.6.1.4.1.850.101.1"
KILO = 1000.0
CELSIUS, CONNECTED = 1, 2
NONE = (-1, 65535, 2147483647, 4294967295)
TEN_WATTS = 10.0
"""Hundredths of a kilowatt."""

PROBES = (
    Kpi("probe.temperature", "°C", (f"{UIO}.6",), per=f"{UIO}.3", absent=NONE),
    Kpi("probe.humidity", "percent", (f"{UIO}.7",), per=f"{UIO}.3", absent=NONE),
    Kpi("probe.ems.temperature", "°C", (f"{EMS}.3",), per=f"{EMS}.2", only_if=(f"{EMS}.10", CONNECTED), absent=NONE),
    Kpi("probe.ems.humidity", "percent", (f"{EMS}.6",), per=f"{EMS}.2", only_if=(f"{EMS}.10", CONNECTED), absent=NONE),
    Kpi("probe.mem.temperature", "°C", (f"{MEM}.5",), per=f"{MEM}.3", only_if=(f"{MEM}.7", CONNECTED), absent=NONE),
    Kpi("probe.mem.humidity", "percent", (f"{MEM}.6",), per=f"{MEM}.3", only_if=(f"{MEM}.7", CONNECTED), absent=NONE),
    Kpi("probe.iem.temperature", "°C", (f"{IEM}.4",), per=f"{IEM}.2", only_if=(f"{IEM}.5", CELSIUS), absent=NONE),
    Kpi("probe.iem.humidity", "percent", (f"{IEM}.6",), per=f"{IEM}.2", only_if=(f"{IEM}.3", CONNECTED), absent=NONE),
    Kpi(
        "probe.pdu.temperature",
        "°C",
        (f"{RACK_PDU}.10.2.2.1.8",),
        per=f"{RACK_PDU}.10.2.2.1.3",
        scale=TENTH,
        absent=NONE,
    ),
    Kpi("probe.pdu.humidity", "percent", (f"{RACK_PDU}.10.2.2.1.10",), per=f"{RACK_PDU}.10.2.2.1.3", absent=NONE),
    figure("probe.tripp.temperature", "°C", (f"{TRIPP}.3.3.1.1.1", TENTH), (f"{TRIPP_ROOM}.1.1.0", 1.0)),
    figure("probe.tripp.humidity", "percent", (f"{TRIPP}.3.3.2.1.1", 1.0), (f"{TRIPP_ROOM}.2.1.0", 1.0)),
    figure("probe.room.temperature", "°C", (f"{XUPS}.6.1.0", 1.0), (f"{MGE}.8.1.0", TENTH)),
    figure("probe.remote.temperature", "°C", (f"{XUPS}.6.5.0", 1.0), (f"{MGE}.8.7.1.3", TENTH)),
    figure(
        "probe.remote.humidity",
        "percent",
        (f"{XUPS}.6.6.0", 1.0),
        (f"{MGE}.8.7.1.6", TENTH),
        (f"{CYBER_PROBE}.3.1.0", 1.0),
    ),
)

PDU = (
    figure(
        "pdu.current", "A", (f"{RACK_PDU}.6.3.1.5", TENTH), (f"{APC}.12.2.3.1.1.2", TENTH), (f"{CYBER_PDU}.2", TENTH)
    ),
    figure("pdu.bank.current", "A", (f"{RACK_PDU}.8.3.1.5", TENTH)),
    figure("pdu.voltage", "V", (f"{RACK_PDU}.6.3.1.6", 1.0), (f"{APC}.12.1.15.0", 1.0), (f"{CYBER_PDU}.6", TENTH)),
    figure("pdu.phase.power", "W", (f"{RACK_PDU}.6.3.1.7", TEN_WATTS)),
    figure(
        "pdu.power",
        "W",
        *((f"{RACK_PDU}.4.3.1.5", TEN_WATTS), (f"{APC}.12.1.16.0", 1.0)),
        (f"{CYBER_PDU}.7", 1.0),
    ),
)

SWITCHES = (
    figure("ats.input", "V", (f"{ATS_IN}.3.1.3", 1.0)),
    figure("ats.input.frequency", "Hz", (f"{ATS_IN}.2.1.4", 1.0)),
    figure("ats.output", "V", (f"{ATS_OUT}.3.1.3", 1.0)),
    figure("ats.output.current", "A", (f"{ATS_OUT}.3.1.4", TENTH)),
    figure("ats.output.frequency", "Hz", (f"{ATS_OUT}.2.1.4", 1.0)),
    *(
        figure(f"ats.{name}", "V", (f"{TRANSFER}.{table}.1.2", TENTH))
        for name, table in (("source1", "1.7"), ("source2", "2.7"), ("system", "3.12"))
    ),
    figure("generator.battery", "V", (GENERATOR, TENTH), per=""),
)

LIEBERT_PDU = (
    figure("pdu.line.voltage", "V", (f"{LIEBERT}.30.40.1.19", TENTH)),
    figure("pdu.line.current", "A", (f"{LIEBERT}.30.40.1.22", HUNDREDTH)),
    figure("pdu.neutral.current", "A", (f"{LIEBERT}.30.20.1.70", TENTH)),
    figure("pdu.supply.power", "W", (f"{LIEBERT}.30.20.1.65", 1.0)),
    figure("pdu.branch.current", "A", (f"{LIEBERT}.40.20.1.130", HUNDREDTH)),
    figure("pdu.branch.reserve", "A", (f"{LIEBERT}.40.20.1.150", HUNDREDTH)),
    figure("pdu.branch.used", "percent", (f"{LIEBERT}.40.20.1.160", TENTH)),
    figure("pdu.probe.temperature", "°C", (f"{LIEBERT}.60.15.1.70", TENTH)),
    figure("pdu.probe.humidity", "percent", (f"{LIEBERT}.60.15.1.95", TENTH)),
)

# lgpPwrLineMeasurementTable, by point and line; lgpPwrMeasurementPointTable, by point
LIEBERT_UPS = (
    figure("power.line.voltage", "V", (f"{LIEBERT_POWER}.3.1.4", 1.0)),
    figure("power.phase.voltage", "V", (f"{LIEBERT_POWER}.3.1.5", 1.0)),
    figure("power.line.current", "A", (f"{LIEBERT_POWER}.3.1.6", 1.0)),
    figure("power.neutral.current", "A", (f"{LIEBERT_POWER}.2.1.12", 1.0)),
    figure("power.ground.current", "A", (f"{LIEBERT_POWER}.2.1.13", TENTH)),
    figure("power.apparent", "VA", (f"{LIEBERT_POWER}.2.1.7", KILO)),
    figure("power.true", "W", (f"{LIEBERT_POWER}.2.1.8", KILO)),
)

# Tripp Lite's rack power and transfer switches: input, output, circuits, outlets
TRIPP_LITE = (
    figure("pdu.tripp.input", "V", (f"{TRIPP}.2.3.1.2.1.4", TENTH)),
    figure("pdu.tripp.input.frequency", "Hz", (f"{TRIPP}.2.3.1.2.1.3", TENTH)),
    figure("pdu.tripp.output", "V", (f"{TRIPP}.2.3.2.1.1.4", TENTH)),
    figure("pdu.tripp.output.current", "A", (f"{TRIPP}.2.3.2.1.1.5", HUNDREDTH)),
    figure("pdu.tripp.output.power", "W", (f"{TRIPP}.2.3.2.1.1.8", 1.0)),
    figure("pdu.tripp.output.frequency", "Hz", (f"{TRIPP}.2.3.2.1.1.11", TENTH)),
    figure("pdu.tripp.circuit", "V", (f"{TRIPP}.2.3.4.1.1.3", TENTH)),
    figure("pdu.tripp.circuit.current", "A", (f"{TRIPP}.2.3.4.1.1.4", HUNDREDTH)),
    figure("ats.tripp.input", "V", (f"{TRIPP}.4.3.1.2.1.5", TENTH)),
    figure("ats.tripp.output.current", "A", (f"{TRIPP}.4.3.2.1.1.5", HUNDREDTH)),
    *(
        figure(f"outlet.{name}", unit, (f"{TRIPP}.2.3.3.1.1.{column}", scale))
        for name, unit, column, scale in (
            ("voltage", "V", 7, TENTH),
            ("current", "A", 8, HUNDREDTH),
            ("power", "W", 9, 1.0),
            ("frequency", "Hz", 22, TENTH),
        )
    ),
)

KPIS = (*PROBES, *PDU, *SWITCHES, *LIEBERT_PDU, *LIEBERT_UPS, *TRIPP_LITE)
