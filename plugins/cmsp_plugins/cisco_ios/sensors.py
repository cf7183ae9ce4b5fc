"""Sensors of Cisco devices: CISCO-ENTITY-SENSOR-MIB, and the older CISCO-ENVMON-MIB. Data only."""

from cmsp_agent.plugin.api import Kpi

SENSOR = "1.3.6.1.4.1.9.9.91.1.1.1.1"
ENVMON = "1.3.6.1.4.1.9.9.13.1"
ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.7"
UNAVAILABLE = (2147483647, -1000000000, 1000000000, -2147483648)


def _sensor(name: str, unit: str, kind: int) -> Kpi:
    """A sensor of one SensorDataType, in whole units."""
    return Kpi(
        f"sensor.{name}",
        unit,
        (f"{SENSOR}.4",),
        per=ENTITY_NAME,
        only_if=(f"{SENSOR}.1", kind),
        precision=(f"{SENSOR}.2", f"{SENSOR}.3"),
        absent=UNAVAILABLE,
    )


KPIS = (
    _sensor("temperature", "°C", 8),
    _sensor("power", "W", 6),
    _sensor("voltage", "V", 4),
    _sensor("current", "A", 5),
    _sensor("fan", "rpm", 10),
    # ciscoEnvMonTemperatureStatusValueRev1, the deprecated unsigned one
    Kpi("env.temperature", "°C", (f"{ENVMON}.3.1.7", f"{ENVMON}.3.1.3"), per=f"{ENVMON}.3.1.2", absent=UNAVAILABLE),
    Kpi("env.voltage", "V", (f"{ENVMON}.2.1.3",), per=f"{ENVMON}.2.1.2", scale=0.001, absent=UNAVAILABLE),
)
