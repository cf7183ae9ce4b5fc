"""Figures that devices of any maker have: interfaces, sensors. Sources: IF-MIB, ENTITY-SENSOR-MIB. Data only."""

from cmsp_agent.plugin.api import Kpi, sensor_kpis

IF, IF_X = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
IF_HIGH_SPEED = f"{IF_X}.15"
OCTETS_OF_MEGABIT = 125_000.0
SENSOR = "1.3.6.1.2.1.99.1.1.1"


def _rate(name: str, unit: str, *oids: str, kind: str = "counter32") -> Kpi:
    return Kpi(name, unit, oids, kind=kind, per="interface")


def _utilisation(name: str, column: str) -> Kpi:
    whole = (IF_HIGH_SPEED, OCTETS_OF_MEGABIT)
    return Kpi(name, "percent", (column,), kind="counter64", per="interface", share_of=whole)


INTERFACES = (
    _rate("if.in.discards", "packets/s", f"{IF}.13"),
    _rate("if.out.discards", "packets/s", f"{IF}.19"),
    Kpi("if.speed", "Mbit/s", (IF_HIGH_SPEED,), per="interface", absent=(0, 4294967295)),
    _utilisation("if.in.utilisation", f"{IF_X}.6"),
    _utilisation("if.out.utilisation", f"{IF_X}.10"),
)

# The last two values: beyond what the sensor can measure (RFC 3433).
SENSORS = sensor_kpis(SENSOR, (2147483647, -1000000000, 1000000000))
