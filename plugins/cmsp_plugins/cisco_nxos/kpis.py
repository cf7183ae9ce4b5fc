"""What a Nexus measures: CISCO-PROCESS-MIB, CISCO-SYSTEM-EXT-MIB, CISCO-ENTITY-SENSOR-MIB. Data only."""

from cmsp_agent.plugin.api import NOT_AVAILABLE, Kpi, Limit, Severity, sensor_kpis

CISCO = "1.3.6.1.4.1.9.9"
UNAVAILABLE = (2147483647, -1000000000, 1000000000, -2147483648)

KPIS = (
    # cpmCPUTotal5minRev, cseSysCPUUtilization
    Kpi(
        "cpu.load",
        "percent",
        (f"{CISCO}.109.1.1.1.1.8", f"{CISCO}.305.1.1.1.0"),
        aggregate="max",
        absent=NOT_AVAILABLE,
        limit=Limit(90, 80, 600, Severity.MINOR),
    ),
    # cseSysMemoryUtilization
    Kpi("memory.used", "percent", (f"{CISCO}.305.1.1.2.0",), limit=Limit(95, 90, 600, Severity.MINOR)),
    *sensor_kpis(f"{CISCO}.91.1.1.1.1", UNAVAILABLE),
)
