"""Sensors of a Linux host: LM-SENSORS-MIB of net-snmp. Data only."""

from cmsp_agent.plugin.api import Kpi

LM = "1.3.6.1.4.1.2021.13.16"
MILLI = 0.001

KPIS = (
    Kpi("sensor.temperature", "°C", (f"{LM}.2.1.3",), per=f"{LM}.2.1.2", scale=MILLI),
    Kpi("sensor.fan", "rpm", (f"{LM}.3.1.3",), per=f"{LM}.3.1.2"),
    Kpi("sensor.voltage", "V", (f"{LM}.4.1.3",), per=f"{LM}.4.1.2", scale=MILLI),
)
