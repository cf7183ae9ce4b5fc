"""Sensors of Cisco devices: CISCO-ENTITY-SENSOR-MIB, and the older CISCO-ENVMON-MIB. Data only."""

from cmsp_agent.plugin.api import Kpi, sensor_kpis

SENSOR = "1.3.6.1.4.1.9.9.91.1.1.1.1"
ENVMON = "1.3.6.1.4.1.9.9.13.1"
UNAVAILABLE = (2147483647, -1000000000, 1000000000, -2147483648)

KPIS = (
    *sensor_kpis(SENSOR, UNAVAILABLE),
    # ciscoEnvMonTemperatureStatusValueRev1, the deprecated unsigned one
    Kpi("env.temperature", "°C", (f"{ENVMON}.3.1.7", f"{ENVMON}.3.1.3"), per=f"{ENVMON}.3.1.2", absent=UNAVAILABLE),
    Kpi("env.voltage", "V", (f"{ENVMON}.2.1.3",), per=f"{ENVMON}.2.1.2", scale=0.001, absent=UNAVAILABLE),
)
