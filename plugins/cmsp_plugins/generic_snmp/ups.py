"""What a UPS reports: UPS-MIB (RFC 1628), APC's PowerNet-MIB, Eaton's XUPS-MIB. Traps match with and without `.0.`."""

from cmsp_agent.plugin.api import (
    NO_COUNT,
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
APC, EATON = "1.3.6.1.4.1.318.1.1.1", "1.3.6.1.4.1.534.1"
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
    TrapRule(f"{EATON}.11.4.1.0.3", "ups.on_battery", Transition.RAISE),
    TrapRule(f"{EATON}.11.4.1.0.5", "ups.on_battery", Transition.CLEAR),
    TrapRule(f"{EATON}.11.4.1.0.4", "ups.battery_low", Transition.RAISE),
    TrapRule(f"{EATON}.11.4.1.0.6", "ups.battery_low", Transition.CLEAR),
)

STATES = (
    # upsOutputSource: battery(5); normal(3), bypass(4), booster(6), reducer(7).
    StateRule(f"{UPS}.1.4.1.0", "ups.on_battery", frozenset({5}), frozenset({3, 4, 6, 7}), object=""),
    # upsBasicOutputStatus: onLine(2), onBattery(3), onSmartBoost(4), softwareBypass(6), switchedBypass(9)
    StateRule(f"{APC}.4.1.1.0", "ups.on_battery", frozenset({3}), frozenset({2, 4, 6, 9}), object=""),
    # xupsOutputSource: battery(5); normal(3), bypass(4), booster(6), reducer(7), parallel and high efficiency(8 to 10)
    StateRule(f"{EATON}.4.5.0", "ups.on_battery", frozenset({5}), frozenset({3, 4, 6, 7, 8, 9, 10}), object=""),
    # upsBatteryStatus: batteryNormal(2), batteryLow(3), batteryDepleted(4).
    StateRule(f"{UPS}.1.2.1.0", "ups.battery_low", frozenset({3, 4}), frozenset({2}), object=""),
    # upsBasicBatteryStatus: batteryNormal(2), batteryLow(3), batteryInFaultCondition(4)
    StateRule(f"{APC}.2.1.1.0", "ups.battery_low", frozenset({3}), frozenset({2}), object=""),
    # upsAdvBatteryReplaceIndicator: noBatteryNeedsReplacing(1), batteryNeedsReplacing(2); the trap's alarm type
    StateRule(f"{APC}.2.2.4.0", "apc.ups_battery_needs_replacement", frozenset({2}), frozenset({1}), object=""),
)

KPIS = (
    Kpi(
        "ups.charge",
        "percent",
        (f"{UPS}.1.2.4.0", f"{APC}.2.2.1.0", f"{APC}.2.3.1.0", f"{EATON}.2.4.0"),
        scales=(1.0, 1.0, 0.1, 1.0),  # upsHighPrecBatteryCapacity counts in tenths
        absent=NOT_AVAILABLE,
        limit=Limit(50, 80, 0, Severity.MINOR),
    ),
    Kpi(
        "ups.minutes",
        "min",
        (f"{UPS}.1.2.3.0", f"{APC}.2.2.3.0", f"{EATON}.2.1.0"),
        scales=(1.0, 1 / 6000, 1 / 60),  # minutes, hundredths of a second, seconds
        absent=NOT_AVAILABLE,
    ),
    Kpi(
        "ups.load",
        "percent",
        (f"{UPS}.1.4.4.1.5", f"{APC}.4.2.3.0", f"{APC}.4.3.3.0", f"{EATON}.4.1.0"),
        scales=(1.0, 1.0, 0.1, 1.0),  # upsHighPrecOutputLoad counts in tenths
        aggregate="max",
        absent=NOT_AVAILABLE,
        limit=Limit(90, 80, 300, Severity.MINOR),
    ),
    Kpi("ups.temperature", "°C", (f"{UPS}.1.2.7.0", f"{APC}.2.2.2.0"), absent=NOT_AVAILABLE),
    Kpi(
        "ups.input", "V", (f"{UPS}.1.3.3.1.3", f"{APC}.3.2.1.0", f"{EATON}.3.4.1.2"), per="index", absent=NOT_AVAILABLE
    ),
    Kpi("ups.output", "V", (f"{UPS}.1.4.4.1.2", f"{APC}.4.2.1.0"), per="index", absent=NOT_AVAILABLE),
    Kpi("ups.on_battery", "s", (f"{UPS}.1.2.2.0", f"{APC}.2.1.2.0"), scales=(1.0, 0.01), absent=NO_COUNT),
)
