"""KPIs of devices of any maker: interfaces, sensors, disks (IF, ENTITY-SENSOR, HOST-RESOURCES MIBs). Data only."""

from cmsp_agent.plugin.api import NO_COUNT, Kpi, Limit, sensor_kpis

IF, IF_X = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
IF_HIGH_SPEED = f"{IF_X}.15"
SPEED = (IF_HIGH_SPEED, 125_000.0)
"""Octets a second."""
SENSOR = "1.3.6.1.2.1.99.1.1.1"


def _rate(name: str, unit: str, *oids: str, kind: str = "counter32") -> Kpi:
    return Kpi(name, unit, oids, kind=kind, per="interface")


def _utilisation(name: str, *columns: str) -> Kpi:
    return Kpi(name, "percent", columns, kind="counter64", per="interface", share_of=SPEED)


INTERFACES = (
    _rate("if.in.discards", "packets/s", f"{IF}.13"),
    _rate("if.out.discards", "packets/s", f"{IF}.19"),
    Kpi("if.speed", "Mbit/s", (IF_HIGH_SPEED,), per="interface", absent=(0, *NO_COUNT)),
    _utilisation("if.in.utilisation", f"{IF_X}.6", f"{IF}.10"),
    _utilisation("if.out.utilisation", f"{IF_X}.10", f"{IF}.16"),
)

# The last two values: beyond what the sensor can measure (RFC 3433).
SENSORS = sensor_kpis(SENSOR, (2147483647, -1000000000, 1000000000))

STORAGE = "1.3.6.1.2.1.25.2.3.1"
"""hrStorageTable; its types are OIDs: hrStorageRam, hrStorageVirtualMemory, hrStorageFixedDisk."""
RAM, VIRTUAL, DISK = (f"1.3.6.1.2.1.25.2.1.{kind}" for kind in (2, 3, 4))


def _storage(name: str, kind: str, limit: Limit | None = None) -> Kpi:
    return Kpi(
        name,
        "percent",
        (f"{STORAGE}.6",),
        per=f"{STORAGE}.3",
        only_if=(f"{STORAGE}.2", kind),
        share_of=(f"{STORAGE}.5", 1.0),
        absent=NO_COUNT,
        limit=limit,
    )


STORAGES = (
    _storage("disk.used", DISK, Limit(95, 90, 600)),
    # what Linux uses to remember files is counted as used: that it is full is no fault
    _storage("memory.physical", RAM),
    _storage("memory.virtual", VIRTUAL),
)
