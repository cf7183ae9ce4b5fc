"""States that UPS, transfer switches and rack power of several makers show in MIBs of their own. Data only.

Sources: PowerNet-MIB of APC, MG-SNMP-UPS-MIB, XUPS-MIB, CPS-MIB, MegaTec's, Tripp Lite's and Dell's own. A value that
says "unknown" is in neither set.
"""

from cmsp_agent.plugin.api import AlarmType, Severity, StateRule

APC = "1.3.6.1.4.1.318.1.1"
CYBER, MGE, XUPS = "1.3.6.1.4.1.3808.1.1", "1.3.6.1.4.1.705.1", "1.3.6.1.4.1.534.1"
MEGATEC, TRIPP, DELL = "1.3.6.1.4.1.935.1.1.1", "1.3.6.1.4.1.850.1.1.3.1.3", "1.3.6.1.4.1.674.10902.2.110"
MEM = f"{APC}.10.4"
CRITICAL, MAJOR, MINOR = Severity.CRITICAL, Severity.MAJOR, Severity.MINOR
ON_BATTERY, LOW, REPLACE = "ups.on_battery", "ups.battery_low", "ups.battery_replace"
YES, NO = frozenset({1}), frozenset({2})
"""TruthValue, and what makers do alike."""


def _alarm(kind: str, severity: Severity, words: str, advice: str = "") -> AlarmType:
    return AlarmType(kind, severity, "{component}: " + words, responsible="customer", recommendation=advice)


ALARMS = (
    _alarm(REPLACE, MINOR, "a battery needs to be replaced", "Order a battery of the same kind and replace it."),
    _alarm("ups.battery_fault", MAJOR, "a battery or its charger has failed", "Have the UPS looked at by its maker."),
    _alarm("ups.output_off", CRITICAL, "the output is off", "Find out who switched it off, or what tripped it."),
    _alarm("ups.bypass", MAJOR, "the load is on bypass: nothing protects it", "Look for the reason on its display."),
    _alarm("ups.overload", MAJOR, "it is overloaded", "Take load off it; what hangs on it is lost with the mains."),
    _alarm("ups.temperature", MAJOR, "it is too hot", "Check its fans and the room."),
    _alarm("ups.input", MAJOR, "the mains is out of tolerance", "Check the mains at the site."),
    _alarm("ups.state", MAJOR, "it says that its state is critical", "Look at its own list of alarms."),
    _alarm("pdu.overload", MAJOR, "{object} is overloaded", "Spread the load over other outlets or phases."),
    _alarm("pdu.power", MAJOR, "a power supply of the PDU has failed"),
    _alarm("ats.redundancy_lost", MAJOR, "one of the two sources is not there to take over", "Check both feeds."),
    _alarm("ats.source_failed", MAJOR, "a source has failed", "Check the feeds of both sources."),
    _alarm("ats.fault", MAJOR, "the transfer switch has a fault", "Have it looked at; the load has one feed only."),
    _alarm("probe.alarm", MAJOR, "{object} is in alarm", "Look at the room: water, smoke, doors, temperature."),
    _alarm("probe.lost", MINOR, "{object} does not answer any more", "Check the probe and its cable."),
)


def _scalar(oid: str, kind: str, raises: frozenset[int], clears: frozenset[int]) -> StateRule:
    return StateRule(f"{oid}.0", kind, raises, clears, object="")


def _rows(oid: str, kind: str, raises: frozenset[int], clears: frozenset[int], name: str = "index") -> StateRule:
    return StateRule(oid, kind, raises, clears, object=name)


# upsBasicOutputStatus: onLine(2), onBattery(3), boost(4), bypasses (6, 9, 10, 16), off(7), trim(12), then modes that
# save; that it is on battery, low, or needs a new one is a state of `generic_snmp`
FED = frozenset({2, 3, 4, 12, 13, 14, 18, 19, 20, 21, 22})
BYPASSES = frozenset({6, 9, 10, 16})

OF_APC = (
    _scalar(f"{APC}.1.4.1.1", "apc.bypass", BYPASSES, FED),
    _scalar(f"{APC}.1.4.1.1", "apc.ups_turned_off", frozenset({7}), FED | BYPASSES),
    # upsBasicBatteryStatus: in fault(4)
    _scalar(f"{APC}.1.2.1.1", "ups.battery_fault", frozenset({4}), frozenset({2, 3})),
    # rPDULoadStatusLoadState: normal(1), low(2), near overload(3), overload(4)
    _rows(f"{APC}.12.2.3.1.1.3", "pdu.overload", frozenset({4}), frozenset({1, 2})),
    # rPDU2SensorTempHumidityStatusTempStatus: below its least(2), low(3), normal(4), high(5), above its most(6)
    _rows(f"{APC}.26.10.2.2.1.9", "probe.alarm", frozenset({2, 6}), frozenset({4}), f"{APC}.26.10.2.2.1.3"),
    _scalar(f"{APC}.8.5.1.3", "ats.redundancy_lost", YES, NO),
    _scalar(f"{APC}.8.5.1.10", "ats.fault", YES, NO),
    _scalar(f"{APC}.8.5.1.12", "ats.source_failed", YES, NO),
    _scalar(f"{APC}.8.5.1.13", "ats.source_failed", YES, NO),
    _rows(f"{APC}.26.4.3.1.4", "pdu.overload", frozenset({4}), frozenset({1, 2})),
    _rows(f"{APC}.26.4.3.1.12", "pdu.power", NO, YES),
    _rows(f"{APC}.26.6.3.1.4", "pdu.overload", frozenset({4}), frozenset({1, 2})),
    _rows(f"{MEM}.2.3.1.8", "probe.alarm", frozenset({2, 3}), YES, f"{MEM}.2.3.1.3"),
    _rows(f"{MEM}.2.3.1.7", "probe.lost", frozenset({3}), NO, f"{MEM}.2.3.1.3"),
    _rows(f"{MEM}.3.2.1.7", "probe.alarm", frozenset({2, 3}), YES, f"{MEM}.3.2.1.3"),
)
OF_MGE = (
    _scalar(f"{MGE}.5.9", "ups.battery_fault", YES, NO),
    _scalar(f"{MGE}.5.11", REPLACE, YES, NO),
    _scalar(f"{MGE}.5.14", LOW, YES, NO),
    _scalar(f"{MGE}.5.15", "ups.battery_fault", YES, NO),
    _scalar(f"{MGE}.6.3", "ups.input", YES, NO),
    _scalar(f"{MGE}.7.3", ON_BATTERY, YES, NO),
    _scalar(f"{MGE}.7.4", "ups.bypass", YES, NO),
    _scalar(f"{MGE}.7.7", "ups.output_off", YES, NO),
    _scalar(f"{MGE}.7.10", "ups.overload", YES, NO),
    _scalar(f"{MGE}.7.11", "ups.temperature", YES, NO),
)
OF_OTHERS = (
    # xupsBatteryAbmStatus: charging(1), floating(3), resting(4), disconnected(6), under test(7), check(8)
    _scalar(f"{XUPS}.2.5", "ups.battery_fault", frozenset({6, 8}), frozenset({1, 3, 4, 7})),
    _scalar(f"{CYBER}.1.2.2.5", REPLACE, NO, YES),
    # upsBaseOutputStatus: online(2), battery(3), boost(4), sleep(5), off(6)
    _scalar(f"{CYBER}.1.4.1.1", ON_BATTERY, frozenset({3}), frozenset({2})),
    _scalar(f"{CYBER}.1.4.1.1", "ups.output_off", frozenset({6}), frozenset({2})),
    _scalar(f"{CYBER}.1.2.1.1", LOW, frozenset({3}), NO),
    _scalar(f"{CYBER}.1.3.2.6", "ups.input", frozenset({2, 3, 4, 5}), YES),
    _rows(f"{CYBER}.4.4.2.1.3", "probe.alarm", NO, YES, f"{CYBER}.4.4.2.1.2"),
    # upsBaseOutputStatus: onLine(2), onBattery(3), onBoost(4), onBypass(6), onBuck(9)
    _scalar(f"{MEGATEC}.4.1.1", ON_BATTERY, frozenset({3}), frozenset({2, 4, 6, 9})),
    _scalar(f"{MEGATEC}.2.1.1", LOW, frozenset({3}), NO),
    _scalar(f"{MEGATEC}.9.1.3", "probe.alarm", NO, YES),
    _scalar(f"{MEGATEC}.9.1.4", "probe.alarm", NO, YES),
    # tlpUpsOutputSource: none(2), normal(3), bypass(4), battery(5), boosting(6), reducing(7), economy(9)
    _rows(f"{TRIPP}.3.1.1.1", ON_BATTERY, frozenset({5}), frozenset({3, 9}), ""),
    _rows(f"{TRIPP}.3.1.1.1", "ups.bypass", frozenset({4}), frozenset({3, 9}), ""),
    _rows(f"{TRIPP}.3.1.1.1", "ups.output_off", frozenset({2}), frozenset({3, 9}), ""),
    # tlpUpsBatteryStatus: normal(2), low(3), depleted(4); tlpUpsBatteryPackDetailCondition: good(1), weak(2), bad(3)
    _rows(f"{TRIPP}.1.1.1.1", LOW, frozenset({3, 4}), frozenset({2}), ""),
    _rows(f"{TRIPP}.1.5.1.1", REPLACE, frozenset({2, 3}), frozenset({1}), ""),
    # productStatusGlobalStatus: ok(3), non-critical(4), critical(5), non-recoverable(6)
    _scalar(f"{DELL}.1", "ups.state", frozenset({5, 6}), frozenset({3})),
)
STATES = (*OF_APC, *OF_MGE, *OF_OTHERS)
