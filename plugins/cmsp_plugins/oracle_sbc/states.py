"""States of an Oracle SBC: session agents, realms, redundancy, hardware. Data only.

Sources: APSYSMGMT-MIB, ACMEPACKET-ENVMON-MIB.
"""

from cmsp_agent.plugin.api import AlarmType, Severity, StateRule

GENERAL = "1.3.6.1.4.1.9148.3.2.1.1"
"""APSYSMGMT-MIB apSysMgmtMIBGeneralObjects."""
AGENT = "1.3.6.1.4.1.9148.3.2.1.2.2.1"
"""apSipSessionAgentStatsTable; rows may be numbered anew at a reboot, so that names are read each time."""
ENVMON = "1.3.6.1.4.1.9148.3.3.1"
VOLTAGE, TEMPERATURE, FAN, POWER = (f"{ENVMON}.{number}.1.1" for number in (2, 3, 4, 5))
REALM = "1.3.6.1.4.1.9148.3.2.1.2.4.1"
"""apSigRealmStatsTable; its second column is the realm's name."""
FAULTS, WELL = frozenset({4, 5, 6, 8}), frozenset({2})
"""ApEnvMonState: normal(2), minor(3), major(4), critical(5), shutdown(6), notPresent(7), notFunctioning(8)."""

ALARMS = (
    AlarmType(
        "sip.trunk.down",
        Severity.CRITICAL,
        "{component}: session agent {object} is out of service",
        impairs=frozenset({"pstn"}),
        responsible="carrier",
        recommendation="Ask the carrier; check the way to the session agent from the SBC.",
    ),
    AlarmType("sbc.out_of_service", Severity.CRITICAL, "{component} is out of service", impairs=frozenset({"*"})),
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
    # apSipSAStatsSessionAgentStatus: outOfService(1), inServiceTimedOut(5), oosprovisionedresponse(6);
    # disabled(0) and standby(2) are as somebody wants it.
    StateRule(f"{AGENT}.22", "sip.trunk.down", frozenset({1, 5, 6}), frozenset({0, 2, 3}), object=f"{AGENT}.2"),
    # apSysRedundancy is out of service, or else active or standby.
    StateRule(f"{GENERAL}.4.0", "sbc.out_of_service", frozenset({4}), frozenset({2, 3}), object=""),
    StateRule(f"{VOLTAGE}.5", "env.voltage", FAULTS, WELL, object=f"{VOLTAGE}.3"),
    StateRule(f"{TEMPERATURE}.5", "env.temperature", FAULTS, WELL, object=f"{TEMPERATURE}.3"),
    StateRule(f"{FAN}.5", "env.fan", FAULTS, WELL, object=f"{FAN}.3"),
    StateRule(f"{POWER}.4", "env.power", FAULTS, WELL, object=f"{POWER}.3"),
    # ApSigRealmStatusOptions: inService(3), constraintsViolation(4), callLoadReduction(7)
    StateRule(f"{REALM}.30", "realm.constrained", frozenset({4, 7}), frozenset({3}), object=f"{REALM}.2"),
)
