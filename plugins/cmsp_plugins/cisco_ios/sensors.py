"""Sensors, power supplies, fans and modules of Cisco devices. Data only.

Sources: CISCO-ENTITY-SENSOR-MIB, the older CISCO-ENVMON-MIB, CISCO-ENTITY-FRU-CONTROL-MIB, CISCO-WAN-3G-MIB,
POWER-ETHERNET-MIB, CISCO-SYSLOG-MIB, CISCO-HSRP-MIB, CISCO-RESILIENT-ETHERNET-PROTOCOL-MIB.
"""

from cmsp_agent.plugin.api import NO_COUNT, AlarmType, Kpi, Severity, StateRule, sensor_kpis

SENSOR = "1.3.6.1.4.1.9.9.91.1.1.1.1"
ENVMON = "1.3.6.1.4.1.9.9.13.1"
FRU = "1.3.6.1.4.1.9.9.117.1"
ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.7"
UNAVAILABLE = (2147483647, -1000000000, 1000000000, -2147483648)

KPIS = (
    *sensor_kpis(SENSOR, UNAVAILABLE),
    # ciscoEnvMonTemperatureStatusValueRev1, the deprecated unsigned one
    Kpi("env.temperature", "°C", (f"{ENVMON}.3.1.7", f"{ENVMON}.3.1.3"), per=f"{ENVMON}.3.1.2", absent=UNAVAILABLE),
    Kpi("env.voltage", "V", (f"{ENVMON}.2.1.3",), per=f"{ENVMON}.2.1.2", scale=0.001, absent=UNAVAILABLE),
    # c3gModemTemperature
    Kpi("cellular.temperature", "°C", ("1.3.6.1.4.1.9.9.661.1.1.1.12",), per=ENTITY_NAME, absent=UNAVAILABLE),
    # pethMainPsePower, pethMainPseConsumptionPower; cpeExtMainPseUsedPorts is named by the group alone
    Kpi("poe.power", "W", ("1.3.6.1.2.1.105.1.3.1.1.2",), per="index", absent=NO_COUNT),
    Kpi("poe.used", "W", ("1.3.6.1.2.1.105.1.3.1.1.4",), per="index", absent=NO_COUNT),
    Kpi("poe.devices", "devices", ("1.3.6.1.4.1.9.9.402.1.4.1.0",), absent=NO_COUNT),
    # clogMsgIgnores, clogMsgDrops: what the device wanted to report, and did not
    Kpi("syslog.ignored", "messages/s", ("1.3.6.1.4.1.9.9.41.1.1.4.0",), kind="counter32"),
    Kpi("syslog.dropped", "messages/s", ("1.3.6.1.4.1.9.9.41.1.1.5.0",), kind="counter32"),
)

ALARMS = (
    AlarmType(
        "hsrp.down",
        Severity.MAJOR,
        "{component}: HSRP group {object} takes no part",
        recommendation="Check the group's interface and its peer: there may be no gateway left for the subnet.",
    ),
    AlarmType("rep.open", Severity.MAJOR, "{component}: REP segment {object} is open: a link of the ring is down"),
    AlarmType(
        "cellular.down",
        Severity.MAJOR,
        "{component}: the cellular modem {object} is offline",
        responsible="carrier",
        recommendation="Check the SIM card and the signal: `show cellular all` on the device.",
    ),
    AlarmType("cellular.sim", Severity.MAJOR, "{component}: the SIM card of {object} is not accepted"),
)

FRU_POWER = StateRule(
    # cefcFRUPowerOperStatus: offEnvPower(5), offEnvTemp(6), offEnvFan(7), failed(8), onButFanFail(9), offCooling(10)
    f"{FRU}.1.2.1.2",
    "env.power",
    frozenset({5, 6, 7, 8, 9, 10}),
    frozenset({1, 2, 3}),
    object=ENTITY_NAME,
)
# cefcFanTrayOperStatus: up(2), down(3), warning(4)
FRU_FAN = StateRule(f"{FRU}.4.1.1.1", "env.fan", frozenset({3, 4}), frozenset({2}), object=ENTITY_NAME)
# cefcModuleOperStatus: failed(7), diagFailed(11), outOfServiceEnvTemp(14), powerDenied(17)
FRU_MODULE = StateRule(
    f"{FRU}.2.1.1.2", "module.offline", frozenset({7, 11, 14, 17}), frozenset({2, 3, 13, 19}), object=ENTITY_NAME
)

STATES = (
    # cHsrpGrpStandbyState: initial(1), learn(2), listen(3), speak(4), standby(5), active(6); by interface and group
    StateRule(
        "1.3.6.1.4.1.9.9.106.1.2.1.1.15", "hsrp.down", frozenset({1, 2}), frozenset({5, 6}), "index", once_clear=True
    ),
    # crepSegmentComplete: complete(1), incomplete(2)
    StateRule("1.3.6.1.4.1.9.9.601.1.3.1.1.4", "rep.open", frozenset({2}), frozenset({1}), "index"),
    # c3gModemStatus: offline(2), online(3)
    StateRule(
        "1.3.6.1.4.1.9.9.661.1.3.1.1.6", "cellular.down", frozenset({2}), frozenset({3}), ENTITY_NAME, once_clear=True
    ),
    # c3gGsmSimStatus: ok(2), not inserted(3), removed(4), then failures, blocks and rejections
    StateRule(
        "1.3.6.1.4.1.9.9.661.1.3.5.1.1.2",
        "cellular.sim",
        frozenset(range(4, 14)),
        frozenset({2, 3}),
        ENTITY_NAME,
        once_clear=True,
    ),
    FRU_POWER,
    FRU_FAN,
    FRU_MODULE,
)
