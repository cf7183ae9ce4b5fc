"""Hardware of an Oracle SBC, and its realms. Data only. Sources: ACMEPACKET-ENVMON-MIB, APSYSMGMT-MIB."""

from cmsp_agent.plugin.api import NO_COUNT, NOT_AVAILABLE, AlarmType, Kpi, Severity, StateRule

ENVMON = "1.3.6.1.4.1.9148.3.3.1"
VOLTAGE, TEMPERATURE, FAN, POWER = (f"{ENVMON}.{number}.1.1" for number in (2, 3, 4, 5))
REALM = "1.3.6.1.4.1.9148.3.2.1.2.4.1"
"""apSigRealmStatsTable; its second column is the realm's name."""
UNAVAILABLE = (2147483647, -2147483648)
FAULTS, WELL = frozenset({4, 5, 6, 8}), frozenset({2})
"""ApEnvMonState: normal(2), minor(3), major(4), critical(5), shutdown(6), notPresent(7), notFunctioning(8)."""

ALARMS = (
    AlarmType("env.power", Severity.MAJOR, "{component}: power supply {object} has failed or was changed"),
    AlarmType("env.fan", Severity.MAJOR, "{component}: fan {object} is out of range"),
    AlarmType("env.temperature", Severity.MAJOR, "{component}: temperature {object} is out of range"),
    AlarmType("env.voltage", Severity.MAJOR, "{component}: voltage {object} is out of range"),
    AlarmType(
        "realm.constrained",
        Severity.MAJOR,
        "{component}: realm {object} refuses calls beyond its constraints",
        recommendation="Compare the realm's calls with its constraints: `show realm` on the device.",
    ),
)

STATES = (
    StateRule(f"{VOLTAGE}.5", "env.voltage", FAULTS, WELL, object=f"{VOLTAGE}.3"),
    StateRule(f"{TEMPERATURE}.5", "env.temperature", FAULTS, WELL, object=f"{TEMPERATURE}.3"),
    StateRule(f"{FAN}.5", "env.fan", FAULTS, WELL, object=f"{FAN}.3"),
    StateRule(f"{POWER}.4", "env.power", FAULTS, WELL, object=f"{POWER}.3"),
    # ApSigRealmStatusOptions: inService(3), constraintsViolation(4), callLoadReduction(7)
    StateRule(f"{REALM}.30", "realm.constrained", frozenset({4, 7}), frozenset({3}), object=f"{REALM}.2"),
)

KPIS = (
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
