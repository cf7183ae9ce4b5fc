"""States of a firewall and its pair. Data only. Source: CISCO-FIREWALL-MIB."""

from cmsp_agent.plugin.api import AlarmType, Severity, StateRule

HARDWARE = "1.3.6.1.4.1.9.9.147.1.2.1.1.1"

ALARMS = (
    AlarmType(
        "failover.failed",
        Severity.MAJOR,
        "{component}: failover unit {object} has failed",
        recommendation="Look at `show failover`; until it is mended nothing takes over.",
    ),
)

STATES = (
    # cfwHardwareStatusValue: up(2), down(3), error(4), overTemp(5), noMedia(7), active(9), standby(10)
    StateRule(
        f"{HARDWARE}.3",
        "failover.failed",
        frozenset({3, 4, 5, 7}),
        frozenset({2, 9, 10}),
        object=f"{HARDWARE}.2",
        once_clear=True,
    ),
)
