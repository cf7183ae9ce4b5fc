"""What a firewall measures beside what any Cisco device does: connections, VPN sessions. Data only.

Sources: CISCO-FIREWALL-MIB, CISCO-REMOTE-ACCESS-MONITOR-MIB, CISCO-PROCESS-MIB.
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
    # cfwConnectionStatValue: protoIp(40), currentInUse(6), high(7)
    Kpi("connections", "connections", (f"{CONNECTIONS}.6",), absent=NO_COUNT),
    Kpi("connections.highest", "connections", (f"{CONNECTIONS}.7",), absent=NO_COUNT),
    *(
        _sessions(*each)
        for each in (("ipsec", 26), ("site_to_site", 29), ("balanced", 32), ("anyconnect", 35), ("web", 38))
    ),
)
