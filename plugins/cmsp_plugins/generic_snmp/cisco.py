"""What Cisco devices have in common, also those without a type: processors, memory, power, fans, modules. Data only.

Sources: CISCO-PROCESS-MIB, CISCO-MEMORY-POOL-MIB, CISCO-ENHANCED-MEMPOOL-MIB, CISCO-ENTITY-FRU-CONTROL-MIB.
"""

from cmsp_agent.plugin.api import NO_COUNT, NOT_AVAILABLE, AlarmType, Kpi, Limit, Severity, StateRule

PROCESSORS = ("1.3.6.1.4.1.9.9.109.1.1.1.1.8", "1.3.6.1.4.1.9.9.109.1.1.1.1.5", "1.3.6.1.4.1.9.2.1.58.0")
"""cpmCPUTotal5minRev, the deprecated cpmCPUTotal5min, avgBusy5 of old IOS."""
POOL = "1.3.6.1.4.1.9.9.48.1.1.1"
"""ciscoMemoryPoolTable, its index the kind of the pool: processor(1); an ASA's is 6."""
POOLS = "1.3.6.1.4.1.9.9.221.1.1.1.1"
"""cempMemPoolTable."""
FRU = "1.3.6.1.4.1.9.9.117.1"
ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.7"

ALARMS = (
    AlarmType(
        "env.power",
        Severity.MAJOR,
        "{component}: {object} has failed",
        recommendation="Check the feed, then replace it.",
    ),
    AlarmType("env.fan", Severity.MAJOR, "{component}: {object} has failed", recommendation="Replace the fan tray."),
    AlarmType("module.offline", Severity.MAJOR, "{component}: module {object} is offline"),
)

STATES = (
    # cefcFRUPowerOperStatus: offEnvPower(5), offEnvTemp(6), offEnvFan(7), failed(8), onButFanFail(9), offCooling(10)
    StateRule(f"{FRU}.1.2.1.2", "env.power", frozenset({5, 6, 7, 8, 9, 10}), frozenset({1, 2, 3}), object=ENTITY_NAME),
    # cefcFanTrayOperStatus: up(2), down(3), warning(4)
    StateRule(f"{FRU}.4.1.1.1", "env.fan", frozenset({3, 4}), frozenset({2}), object=ENTITY_NAME),
    # cefcModuleOperStatus: failed(7), diagFailed(11), outOfServiceEnvTemp(14), powerDenied(17)
    StateRule(
        f"{FRU}.2.1.1.2", "module.offline", frozenset({7, 11, 14, 17}), frozenset({2, 3, 13, 19}), object=ENTITY_NAME
    ),
)

KPIS = (
    # one row for each processor, route processor or member of a stack
    Kpi("cpu.processor", "percent", PROCESSORS[:2], per="index", absent=NOT_AVAILABLE),
    Kpi(
        "memory.used",
        "percent",
        (f"{POOL}.5.1", f"{POOL}.5.6"),
        free=(f"{POOL}.6.1", f"{POOL}.6.6"),
        absent=NO_COUNT,
        limit=Limit(95, 90, 600, Severity.MINOR),
    ),
    # cempMemPoolHCUsed and HCFree, else the columns of 32 bits; a row for each pool of each part
    Kpi(
        "memory.pool",
        "percent",
        (f"{POOLS}.18", f"{POOLS}.7"),
        free=(f"{POOLS}.20", f"{POOLS}.8"),
        per=f"{POOLS}.3",
        absent=NO_COUNT,
    ),
)
