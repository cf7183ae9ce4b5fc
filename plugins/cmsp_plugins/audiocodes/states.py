"""What an AudioCodes device says of itself, of its pair and of its trunks when it is polled. Data only."""

from cmsp_agent.plugin.api import AlarmType, Severity, StateRule

SYSTEM = "1.3.6.1.4.1.5003.9.10.10.2"
"""AC-SYSTEM-MIB."""
TRUNK_ALARM = "1.3.6.1.4.1.5003.9.10.9.2.1.1.1.7"
"""AC-PSTN-MIB."""

ALARMS = (
    AlarmType(
        "device.alarm",
        Severity.MAJOR,
        "{component} says that it has a major or critical alarm",
        recommendation="Look at the device's own list of active alarms.",
    ),
    AlarmType(
        "device.out_of_service",
        Severity.CRITICAL,
        "{component} has taken itself out of service",
        impairs=frozenset({"*"}),
    ),
    AlarmType("ha.not_ready", Severity.MAJOR, "{component}: high availability is not ready"),
    AlarmType(
        "isdn.trunk.alarm",
        Severity.CRITICAL,
        "{component}: trunk {object} is in alarm",
        impairs=frozenset({"pstn"}),
        responsible="carrier",
        recommendation="Look at the trunk's line and D-channel; call the carrier where the line is without signal.",
    ),
)

STATES = (
    # acSysStateGWSeverity: major(4), critical(5)
    StateRule(f"{SYSTEM}.5.4.0", "device.alarm", frozenset({4, 5}), frozenset({0, 1, 2, 3}), object=""),
    # acSysStateOperational: disabled(1), enabled(2)
    StateRule(f"{SYSTEM}.5.2.0", "device.out_of_service", frozenset({1}), frozenset({2}), object=""),
    # acSysHAStatusReady: notApplicable(1), yes(2), no(3)
    StateRule(f"{SYSTEM}.10.1.0", "ha.not_ready", frozenset({3}), frozenset({1, 2}), object=""),
    # acTrunkStatusAlarm: greyDisabled(0), greenActive(1), then LOS or LOF, AIS, RAI, D-channel, lower layer, NFAS
    StateRule(
        TRUNK_ALARM,
        "isdn.trunk.alarm",
        frozenset(range(2, 8)),
        frozenset({0, 1}),
        object="index",
        once_clear=True,
    ),
)
