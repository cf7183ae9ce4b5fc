"""Power supplies, fans and modules of Cisco devices, of which we have no type too: CISCO-ENTITY-FRU-CONTROL-MIB."""

from cmsp_agent.plugin.api import AlarmType, Severity, StateRule

FRU = "1.3.6.1.4.1.9.9.117.1"
ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.7"

ALARMS = (
    AlarmType(
        "env.power",
        Severity.MAJOR,
        "{component}: {object} has failed",
        recommendation="Check the feed, then replace it.",
    ),
    AlarmType("env.fan", Severity.MAJOR, "{component}: {object} has failed", recommendation="Replace the fan tray."),
    AlarmType("module.offline", Severity.MAJOR, "{component}: module {object} is offline"),
)

STATES = (
    # cefcFRUPowerOperStatus: offEnvPower(5), offEnvTemp(6), offEnvFan(7), failed(8), onButFanFail(9), offCooling(10)
    StateRule(f"{FRU}.1.2.1.2", "env.power", frozenset({5, 6, 7, 8, 9, 10}), frozenset({1, 2, 3}), object=ENTITY_NAME),
    # cefcFanTrayOperStatus: up(2), down(3), warning(4)
    StateRule(f"{FRU}.4.1.1.1", "env.fan", frozenset({3, 4}), frozenset({2}), object=ENTITY_NAME),
    # cefcModuleOperStatus: failed(7), diagFailed(11), outOfServiceEnvTemp(14), powerDenied(17)
    StateRule(
        f"{FRU}.2.1.1.2", "module.offline", frozenset({7, 11, 14, 17}), frozenset({2, 3, 13, 19}), object=ENTITY_NAME
    ),
)
