"""What is polled on a Cisco gateway: figures, and states that are faults.

Sources: CISCO-PROCESS-MIB, CISCO-MEMORY-POOL-MIB, CISCO-VOICE-DIAL-CONTROL-MIB, IF-MIB, DS1-MIB, ISDN-MIB,
CISCO-ENVMON-MIB. Which of them a platform has is found by probing.
"""

from cmsp_agent.plugin.api import NOT_AVAILABLE, Kpi, Limit, Severity, StateRule

CISCO = "1.3.6.1.4.1.9.9"
FLASH = f"{CISCO}.10.1.1.4.1.1"
IF = "1.3.6.1.2.1.2.2.1"
IF_X = "1.3.6.1.2.1.31.1.1.1"
IF_HIGH_SPEED = f"{IF_X}.15"
WHOLE = (IF_HIGH_SPEED, 125_000.0)
"""ifHighSpeed is in millions of bits a second; the counters are of octets."""
IF_OPER_STATUS = f"{IF}.8"
ADMIN_UP = (f"{IF}.7", 1)
ISDN_LAPD_OPER_STATUS = "1.3.6.1.2.1.10.20.1.3.4.1.2"
DSX1_LINE_STATUS = "1.3.6.1.2.1.10.18.6.1.10"
DSX1_FAULTS = 2 | 4 | 8 | 16 | 32 | 64 | 256 | 512 | 1024 | 4096 | 8192 | 16384 | 32768
"""dsx1LineStatus without dsx1NoAlarm, loopbacks, test codes and performance thresholds."""
DSX1_WORDS = (
    (64, "loss of signal"),
    (32, "loss of frame"),
    (8, "alarm indication signal received (AIS)"),
    (2, "the far end has no frame (RAI, yellow)"),
    (4, "loss of frame reported to the far end"),
    (16, "alarm indication signal sent (AIS)"),
    (256, "AIS in time slot 16"),
    (512, "the far end has no multiframe"),
    (1024, "loss of multiframe reported to the far end"),
    (4096, "other failure"),
    (8192, "unavailable signal state"),
    (16384, "the carrier's equipment is out of service"),
    (32768, "AIS in the payload"),
    (128, "in a loop"),
    (2048, "test code received"),
    (65536, "performance threshold crossed"),
)
"""What the bits of dsx1LineStatus say, the gravest first."""
BGP_PEERS = "1.3.6.1.2.1.15.3.1"
"""bgpPeerTable (RFC 4273); the index is the peer's address."""
ENVMON_NORMAL, ENVMON_FAULTS = frozenset({1}), frozenset({2, 3, 4, 6})
"""CiscoEnvMonState; notPresent(5) is no fault."""

NO_COUNT = (4294967295, 2147483647, -1)
"""What says "not available" where 65,535 may be a figure."""

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
    Kpi("if.speed", "Mbit/s", (IF_HIGH_SPEED,), per="interface", absent=(0, 4294967295)),
    Kpi("if.in.utilisation", "percent", (f"{IF_X}.6", f"{IF}.10"), kind="counter64", per="interface", share_of=WHOLE),
    Kpi("if.out.utilisation", "percent", (f"{IF_X}.10", f"{IF}.16"), kind="counter64", per="interface", share_of=WHOLE),
)


def _envmon(branch: str, kind: str, state: int) -> StateRule:
    label = f"{CISCO}.13.1.{branch}.1.2"
    return StateRule(f"{CISCO}.13.1.{branch}.1.{state}", kind, ENVMON_FAULTS, ENVMON_NORMAL, object=label)


STATES = (
    StateRule(IF_OPER_STATUS, "link.down", frozenset({2, 7}), frozenset({1}), only_if=ADMIN_UP, once_clear=True),
    StateRule(
        DSX1_LINE_STATUS,
        "ds1.down",
        frozenset(),
        frozenset(),
        bits=DSX1_FAULTS,
        words=DSX1_WORDS,
        only_if=ADMIN_UP,
        once_clear=True,
    ),
    StateRule(
        ISDN_LAPD_OPER_STATUS, "isdn.layer2.down", frozenset({1, 2}), frozenset({3}), only_if=ADMIN_UP, once_clear=True
    ),
    # bgpPeerState: established(6); bgpPeerAdminStatus: start(2). A peer stays in the table while it is configured
    StateRule(
        f"{BGP_PEERS}.2",
        "bgp.peer.down",
        frozenset({1, 2, 3, 4, 5}),
        frozenset({6}),
        only_if=(f"{BGP_PEERS}.3", 2),
        object="index",
        once_clear=True,
    ),
    _envmon("2", "env.voltage", 7),
    _envmon("3", "env.temperature", 6),
    _envmon("4", "env.fan", 3),
    _envmon("5", "env.power", 3),
)
