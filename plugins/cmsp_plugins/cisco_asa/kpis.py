"""What a firewall measures: connections, VPN sessions, processor, memory. Data only.

Sources: CISCO-FIREWALL-MIB, CISCO-REMOTE-ACCESS-MONITOR-MIB, CISCO-PROCESS-MIB, CISCO-MEMORY-POOL-MIB.
"""

from cmsp_agent.plugin.api import NO_COUNT, NOT_AVAILABLE, Kpi, Limit, Severity

CISCO = "1.3.6.1.4.1.9.9"
CONNECTIONS = f"{CISCO}.147.1.2.2.2.1.5.40"
SESSIONS = f"{CISCO}.392.1.3"


def _sessions(name: str, number: int) -> Kpi:
    return Kpi(f"vpn.{name}", "sessions", (f"{SESSIONS}.{number}.0",), absent=NO_COUNT)


KPIS = (
    Kpi(
        "cpu.load",
        "percent",
        (f"{CISCO}.109.1.1.1.1.8", f"{CISCO}.109.1.1.1.1.5"),
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
    Kpi(
        "memory.used",
        "percent",
        (f"{CISCO}.48.1.1.1.5.1", f"{CISCO}.48.1.1.1.5.6"),
        free=(f"{CISCO}.48.1.1.1.6.1", f"{CISCO}.48.1.1.1.6.6"),
        absent=NO_COUNT,
        limit=Limit(95, 90, 600, Severity.MINOR),
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
    # cfwConnectionStatValue: protoIp(40), currentInUse(6), high(7)
    Kpi("connections", "connections", (f"{CONNECTIONS}.6",), absent=NO_COUNT),
    Kpi("connections.highest", "connections", (f"{CONNECTIONS}.7",), absent=NO_COUNT),
    *(
        _sessions(*each)
        for each in (("ipsec", 26), ("site_to_site", 29), ("balanced", 32), ("anyconnect", 35), ("web", 38))
    ),
)
