"""What a UPS with an RFC 1628 agent (UPS-MIB) has to tell. Its traps have no `.0.`: both forms match."""

from cmsp_agent.plugin.api import (
    NOT_AVAILABLE,
    AlarmType,
    Kpi,
    Limit,
    ObjectFrom,
    Severity,
    StateRule,
    Transition,
    TrapRule,
)

UPS = "1.3.6.1.2.1.33"
ALARM = ObjectFrom(f"{UPS}.1.6.2.1.2", "value")  # upsAlarmDescr

ALARMS = (
    AlarmType(
        "ups.on_battery",
        Severity.MAJOR,
        "{component} runs on battery",
        responsible="customer",
        recommendation="Check the mains at the site; find out how long the battery lasts.",
    ),
    AlarmType("ups.battery_low", Severity.CRITICAL, "{component}: the battery is low", responsible="customer"),
    AlarmType("ups.test_failed", Severity.MAJOR, "{component}: the UPS failed its test", responsible="customer"),
    AlarmType("ups.alarm", Severity.MINOR, "{component}: UPS alarm {object}", responsible="customer"),
)

TRAPS = (
    TrapRule(f"{UPS}.2.1", "ups.on_battery", Transition.RAISE),  # sent again every minute; polling clears it
    TrapRule(  # upsTestResultsSummary: donePass(1), doneWarning(2), doneError(3)
        f"{UPS}.2.2", "ups.test_failed", by=f"{UPS}.1.7.3", raises=frozenset({2, 3}), clears=frozenset({1})
    ),
    TrapRule(f"{UPS}.2.3", "ups.alarm", Transition.RAISE, object=ALARM),
    TrapRule(f"{UPS}.2.4", "ups.alarm", Transition.CLEAR, object=ALARM),
)

STATES = (
    # upsOutputSource: battery(5); normal(3), bypass(4), booster(6), reducer(7).
    StateRule(f"{UPS}.1.4.1", "ups.on_battery", frozenset({5}), frozenset({3, 4, 6, 7}), object=""),
    # upsBatteryStatus: batteryNormal(2), batteryLow(3), batteryDepleted(4).
    StateRule(f"{UPS}.1.2.1", "ups.battery_low", frozenset({3, 4}), frozenset({2}), object=""),
)

KPIS = (
    Kpi("ups.charge", "percent", (f"{UPS}.1.2.4.0",), absent=NOT_AVAILABLE, limit=Limit(50, 80, 0, Severity.MINOR)),
    Kpi("ups.minutes", "min", (f"{UPS}.1.2.3.0",), absent=NOT_AVAILABLE),
    Kpi(
        "ups.load",
        "percent",
        (f"{UPS}.1.4.4.1.5",),
        aggregate="max",
        absent=NOT_AVAILABLE,
        limit=Limit(90, 80, 300, Severity.MINOR),
    ),
)
