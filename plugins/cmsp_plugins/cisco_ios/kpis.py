"""What is measured on a Cisco gateway: processor, memory, flash, calls, interfaces. Data only; of voice: see `voice`.

Sources: CISCO-PROCESS-MIB, CISCO-MEMORY-POOL-MIB, CISCO-FLASH-MIB, CISCO-VOICE-DIAL-CONTROL-MIB, IF-MIB. Which of
them a platform has is found by probing.
"""

from cmsp_agent.plugin.api import NO_COUNT, NOT_AVAILABLE, Kpi, Limit, Severity

CISCO = "1.3.6.1.4.1.9.9"
FLASH = f"{CISCO}.10.1.1.4.1.1"
IF = "1.3.6.1.2.1.2.2.1"
IF_X = "1.3.6.1.2.1.31.1.1.1"
IF_HIGH_SPEED = f"{IF_X}.15"
WHOLE = (IF_HIGH_SPEED, 125_000.0)
"""ifHighSpeed is in millions of bits a second; the counters are of octets."""

KPIS = (
    # cpmCPUTotal5minRev, the deprecated cpmCPUTotal5min, avgBusy5 of old IOS.
    Kpi(
        "cpu.load",
        "percent",
        (f"{CISCO}.109.1.1.1.1.8", f"{CISCO}.109.1.1.1.1.5", "1.3.6.1.4.1.9.2.1.58.0"),
        aggregate="max",
        absent=NOT_AVAILABLE,
        limit=Limit(90, 80, 600, Severity.MINOR),
    ),
    # each of them: one row for each processor, route processor or member of a stack
    Kpi(
        "cpu.processor",
        "percent",
        (f"{CISCO}.109.1.1.1.1.8", f"{CISCO}.109.1.1.1.1.5"),
        per="index",
        absent=NOT_AVAILABLE,
    ),
    # ciscoMemoryPool of the Processor pool (index 1), the control plane's memory of IOS-XE.
    Kpi(
        "memory.used",
        "percent",
        (f"{CISCO}.48.1.1.1.5.1", f"{CISCO}.109.1.1.1.1.12"),
        free=(f"{CISCO}.48.1.1.1.6.1", f"{CISCO}.109.1.1.1.1.13"),
        aggregate="max",
        absent=NO_COUNT,
        limit=Limit(95, 90, 600, Severity.MINOR),
    ),
    # ciscoMemoryPool by its names: without I/O memory a gateway takes no calls, however much the processor has
    Kpi(
        "memory.named",
        "percent",
        (f"{CISCO}.48.1.1.1.5",),
        free=(f"{CISCO}.48.1.1.1.6",),
        per=f"{CISCO}.48.1.1.1.2",
        absent=NO_COUNT,
    ),
    # cempMemPoolHCUsed and HCFree, else the columns of 32 bits; a row for each pool of each part
    Kpi(
        "memory.pool",
        "percent",
        (f"{CISCO}.221.1.1.1.1.18", f"{CISCO}.221.1.1.1.1.7"),
        free=(f"{CISCO}.221.1.1.1.1.20", f"{CISCO}.221.1.1.1.1.8"),
        per=f"{CISCO}.221.1.1.1.1.3",
        absent=NO_COUNT,
    ),
    Kpi("cpu.core", "percent", (f"{CISCO}.109.1.1.2.1.5",), per="index", absent=NOT_AVAILABLE),  # cpmCore5min
    # ceqfpUtilProcessingLoad of the data plane, for each interval (1: 5 s, 2: a minute, 3: five minutes, 4: an hour)
    Kpi("cpu.dataplane", "percent", (f"{CISCO}.715.1.1.6.1.14",), per="index", absent=NOT_AVAILABLE),
    # ciscoFlashPartitionFreeSpace of its size: there must be room to put a configuration back
    Kpi(
        "flash.free",
        "percent",
        (f"{FLASH}.5",),
        per=f"{FLASH}.10",
        share_of=(f"{FLASH}.4", 1.0),
        absent=NO_COUNT,
    ),
    Kpi("calls.legs", "legs", (f"{CISCO}.63.1.3.8.2.0",), absent=NO_COUNT),  # one call has two legs
    Kpi("calls.ds0", "channels", (f"{CISCO}.63.1.3.3.0",), absent=NO_COUNT),
    Kpi("device.uptime", "s", ("1.3.6.1.2.1.1.3.0",), scale=0.01),
    Kpi("if.in.octets", "octets/s", (f"{IF_X}.6", f"{IF}.10"), kind="counter64", per="interface", at_most=WHOLE),
    Kpi("if.out.octets", "octets/s", (f"{IF_X}.10", f"{IF}.16"), kind="counter64", per="interface", at_most=WHOLE),
    Kpi("if.in.errors", "packets/s", (f"{IF}.14",), kind="counter32", per="interface"),
    Kpi("if.out.errors", "packets/s", (f"{IF}.20",), kind="counter32", per="interface"),
    Kpi("if.in.discards", "packets/s", (f"{IF}.13",), kind="counter32", per="interface"),
    Kpi("if.out.discards", "packets/s", (f"{IF}.19",), kind="counter32", per="interface"),
    Kpi("if.speed", "Mbit/s", (IF_HIGH_SPEED,), per="interface", absent=(0, *NO_COUNT)),
    Kpi("if.in.utilisation", "percent", (f"{IF_X}.6", f"{IF}.10"), kind="counter64", per="interface", share_of=WHOLE),
    Kpi("if.out.utilisation", "percent", (f"{IF_X}.10", f"{IF}.16"), kind="counter64", per="interface", share_of=WHOLE),
)
