"""What an Oracle SBC measures: sessions, session agents, realms, hardware. Data only.

Sources: APSYSMGMT-MIB, ACMEPACKET-ENVMON-MIB.
"""

from cmsp_agent.plugin.api import NO_COUNT, NOT_AVAILABLE, Kpi, Limit, Severity
from cmsp_plugins.oracle_sbc.states import AGENT, FAN, GENERAL, REALM, TEMPERATURE, VOLTAGE

UNAVAILABLE = (2147483647, -2147483648)

KPIS = (
    Kpi("cpu.load", "percent", (f"{GENERAL}.1.0",), limit=Limit(90, 80, 600, Severity.MINOR)),
    Kpi("memory.used", "percent", (f"{GENERAL}.2.0",), limit=Limit(95, 90, 600, Severity.MINOR)),
    Kpi("sbc.health", "percent", (f"{GENERAL}.3.0",), limit=Limit(60, 80, 0, Severity.MAJOR)),
    Kpi("sbc.sessions", "sessions", (f"{GENERAL}.5.0",)),
    Kpi("sbc.calls_per_second", "calls/s", (f"{GENERAL}.6.0",)),
    Kpi("sbc.licence", "percent", (f"{GENERAL}.10.0",), limit=Limit(90, 80, 300, Severity.MINOR)),
    Kpi("trunk.sessions.in", "sessions", (f"{AGENT}.4",), per=f"{AGENT}.2"),
    Kpi("trunk.sessions.out", "sessions", (f"{AGENT}.6",), per=f"{AGENT}.2"),
    Kpi("trunk.answer_seizure_ratio", "percent", (f"{AGENT}.19",), per=f"{AGENT}.2"),
    Kpi("trunk.latency", "ms", (f"{AGENT}.20",), per=f"{AGENT}.2"),
    # the whole of seizures and answers of the agent's own period; of what was refused no cause is counted
    Kpi("trunk.seizures", "calls", (f"{AGENT}.17",), per=f"{AGENT}.2"),
    Kpi("trunk.answers", "calls", (f"{AGENT}.18",), per=f"{AGENT}.2"),
    Kpi("trunk.calls.in", "calls/s", (f"{AGENT}.8",), kind="counter32", per=f"{AGENT}.2"),
    Kpi("trunk.calls.out", "calls/s", (f"{AGENT}.12",), kind="counter32", per=f"{AGENT}.2"),
    Kpi("trunk.refused.in", "calls/s", (f"{AGENT}.9",), kind="counter32", per=f"{AGENT}.2"),
    Kpi("trunk.refused.out", "calls/s", (f"{AGENT}.13",), kind="counter32", per=f"{AGENT}.2"),
    Kpi("sip.contacts", "contacts", (f"{GENERAL}.11.0",)),
    Kpi("env.voltage", "V", (f"{VOLTAGE}.4",), per=f"{VOLTAGE}.3", scale=0.001, absent=UNAVAILABLE),
    Kpi("env.temperature", "°C", (f"{TEMPERATURE}.4",), per=f"{TEMPERATURE}.3", absent=UNAVAILABLE),
    Kpi("env.fan", "percent", (f"{FAN}.4",), per=f"{FAN}.3", absent=NOT_AVAILABLE),
    Kpi("realm.sessions.in", "sessions", (f"{REALM}.3",), per=f"{REALM}.2", absent=NO_COUNT),
    Kpi("realm.sessions.out", "sessions", (f"{REALM}.5",), per=f"{REALM}.2", absent=NO_COUNT),
    Kpi("realm.answer_seizure_ratio", "percent", (f"{REALM}.18",), per=f"{REALM}.2", absent=NOT_AVAILABLE),
    Kpi("realm.contacts", "contacts", (f"{REALM}.31",), per=f"{REALM}.2", absent=NO_COUNT),
    # apSysXCodeCapacity
    Kpi("sbc.transcoding", "percent", ("1.3.6.1.4.1.9148.3.2.1.1.34.0",), absent=NOT_AVAILABLE),
)
