"""More notifications of a Cisco gateway: hardware, memory, flash, DSPs, voice, survivability, licences.

What a table shows too is the table's alarm: a notification that names no more than a row of ENTITY-MIB goes by the name
that the poll knows. What only the notification tells is an alarm with its clear.
"""

from cmsp_agent.plugin.api import AlarmType, ObjectFrom, Transition, TrapRule
from cmsp_plugins.cisco_ios.kinds import CRITICAL, MAJOR, MINOR, WARNING, note
from cmsp_plugins.cisco_ios.sensors import FRU_FAN, FRU_MODULE, FRU_POWER
from cmsp_plugins.cisco_ios.states import CISCO

RAISE, CLEAR, INFO = Transition.RAISE, Transition.CLEAR, Transition.INFO
POOL = ObjectFrom(f"{CISCO}.48.1.1.1.2", "value")
FLASH = ObjectFrom(f"{CISCO}.10.1.1.2.1.15", "value")
PARTITION = ObjectFrom(f"{CISCO}.10.1.1.4.1.1.10", "value")
CONNECTION_LOST, REACTED = f"{CISCO}.42.1.2.9.1.5", f"{CISCO}.42.1.2.19.1.10"
CARD_STATE, DSP_STATE = f"{CISCO}.86.1.1.1.1.2", f"{CISCO}.86.1.2.1.1.1"
ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.7"
DS0_BUSYOUT = "1.3.6.1.4.1.9.10.19.1.5.2.1.4"
CME_ENABLED, EPHONE_STATE = f"{CISCO}.439.1.1.1", f"{CISCO}.439.1.2.6.1.2"
ENTITY_ALARM = ObjectFrom(f"{CISCO}.138.1.3.3.1.3", "value", also=f"{CISCO}.138.1.3.3.1.4")
"""ceAlarmHistEntPhysicalIndex and ceAlarmHistAlarmType: the row of the history is another for the end."""
TRUE, FALSE = frozenset({1}), frozenset({2})
"""TruthValue."""
LICENCES = f"{CISCO}.831.1"

ALARMS = (
    AlarmType("memory.low", MAJOR, "{component}: memory pool {object} is low", incident=False),
    AlarmType("flash.removed", MINOR, "{component}: flash device {object} was removed", incident=False),
    AlarmType("flash.full", MINOR, "{component}: little space is left on flash partition {object}", incident=False),
    AlarmType(
        "dsp.card.failed", MAJOR, "{component}: DSP card {object} has failed", recommendation="Replace the card."
    ),
    AlarmType("ds0.busied_out", MINOR, "{component}: channel {object} is busied out", incident=False),
    AlarmType("ds0.pool.high", MINOR, "{component}: nearly all channels are in use", incident=False),
    AlarmType("cme.disabled", MAJOR, "{component}: call manager express is off"),
    AlarmType("phone.key.lost", MINOR, "{component}: key phone {object} is lost", incident=False),
    AlarmType("entity.alarm", MINOR, "{component}: hardware alarm, entity and alarm type {object}", incident=False),
    AlarmType("licence.registration", MINOR, "{component}: registration with the licence server fails", incident=False),
    AlarmType("licence.authorisation", MINOR, "{component}: the licence was not renewed", incident=False),
    AlarmType("licence.communication", MINOR, "{component}: the licence server does not answer", incident=False),
    AlarmType("licence.report", WARNING, "{component}: no receipt for a usage report", incident=False),
    note("licence.expired", MAJOR, "{component}: the evaluation licence has expired"),
    note("module.inserted", WARNING, "{component}: a module was inserted"),
    note("module.removed", MAJOR, "{component}: a module was removed"),
    note("sensor.threshold", MINOR, "{component}: a sensor has crossed its threshold"),
    note("isdn.channel.unavailable", MINOR, "{component}: a call found no channel"),
    note("ds1.loopback", MINOR, "{component}: a line is in loopback"),
    note("calls.poor_quality", MINOR, "{component}: a call had poor quality"),
    note("calls.policy_violation", MAJOR, "{component}: a call broke the policy for its media"),
    note("srst.failed", CRITICAL, "{component}: survivability has failed"),
    note("srst.phones_lost", MAJOR, "{component}: many SIP phones are not registered for survivability"),
    note("phone.registration_failed", MINOR, "{component}: a SIP phone could not register"),
    note("phone.deceased", MINOR, "{component}: a phone no longer answers"),
    note("config.copied", WARNING, "{component}: a configuration was copied"),
)

TRAPS = (
    TrapRule(f"{CISCO}.48.2.0.1", "memory.low", RAISE, object=POOL),
    TrapRule(f"{CISCO}.48.2.0.2", "memory.low", CLEAR, object=POOL),
    TrapRule(f"{CISCO}.10.1.3.0.8", "flash.removed", RAISE, object=FLASH),
    TrapRule(f"{CISCO}.10.1.3.0.7", "flash.removed", CLEAR, object=FLASH),
    TrapRule(f"{CISCO}.10.1.3.0.9", "flash.full", RAISE, object=PARTITION),
    TrapRule(f"{CISCO}.10.1.3.0.10", "flash.full", CLEAR, object=PARTITION),
    TrapRule(  # cdspMIBCardStateNotification: critical(3), fatal(4), offLine(5); not sent for warning and critical
        f"{CISCO}.86.2.0.1",
        "dsp.card.failed",
        by=CARD_STATE,
        raises=frozenset({3, 4, 5}),
        clears=frozenset({1, 2}),
        object=ObjectFrom(CARD_STATE, "instance"),
    ),
    TrapRule(  # cdspOperStateNotification: shutdown(2), congested(3), failed(4)
        f"{CISCO}.86.2.0.2",
        "dsp.down",
        by=DSP_STATE,
        raises=frozenset({2, 3, 4}),
        clears=frozenset({1}),
        object=ObjectFrom(ENTITY_NAME, "value"),
    ),
    TrapRule(  # cpmDS0BusyoutNotification: noBusyout(1), busyoutPending(2), busiedOut(3)
        "1.3.6.1.4.1.9.10.19.2.0.1",
        "ds0.busied_out",
        by=DS0_BUSYOUT,
        raises=frozenset({3}),
        clears=frozenset({1}),
        object=ObjectFrom(DS0_BUSYOUT, "instance"),
    ),
    TrapRule(f"{CISCO}.63.2.0.3", "ds0.pool.high", RAISE),
    TrapRule(f"{CISCO}.63.2.0.4", "ds0.pool.high", CLEAR),
    TrapRule(  # rttMonConnectionChangeNotification
        f"{CISCO}.42.2.0.1",
        "ipsla.failed",
        by=CONNECTION_LOST,
        raises=TRUE,
        clears=FALSE,
        object=ObjectFrom(CONNECTION_LOST, "instance"),
    ),
    TrapRule(  # rttMonNotificationV2: the instance is the operation and its reaction
        f"{CISCO}.42.2.0.8",
        "ipsla.threshold",
        by=REACTED,
        raises=TRUE,
        clears=FALSE,
        object=ObjectFrom(REACTED, "instance"),
    ),
    TrapRule(f"{CISCO}.439.0.0.1", "cme.disabled", by=CME_ENABLED, raises=FALSE, clears=TRUE),
    TrapRule(  # registered(1), unregistered(2), deceased(3)
        f"{CISCO}.439.0.0.9",
        "phone.key.lost",
        by=EPHONE_STATE,
        raises=frozenset({2, 3}),
        clears=frozenset({1}),
        object=ObjectFrom(EPHONE_STATE, "instance"),
    ),
    TrapRule(f"{LICENCES}.5", "licence.registration", RAISE),
    TrapRule(f"{LICENCES}.6", "licence.registration", CLEAR),
    TrapRule(f"{LICENCES}.11", "licence.authorisation", RAISE),
    TrapRule(f"{LICENCES}.10", "licence.authorisation", CLEAR),
    TrapRule(f"{LICENCES}.12", "licence.communication", RAISE),
    TrapRule(f"{LICENCES}.13", "licence.communication", CLEAR),
    TrapRule(f"{LICENCES}.44", "licence.report", RAISE),
    TrapRule(f"{LICENCES}.45", "licence.report", CLEAR),
    TrapRule(f"{LICENCES}.19", "licence.expired", INFO),
    *(
        TrapRule(  # as the tables show it: cefcModuleOperStatus, cefcFRUPowerOperStatus, cefcFanTrayOperStatus
            f"{CISCO}.117.2.0.{number}",
            state.type,
            by=state.column,
            raises=state.raises,
            clears=state.clears,
            object=ObjectFrom(state.column, "instance"),
        )
        for number, state in ((1, FRU_MODULE), (2, FRU_POWER), (6, FRU_FAN))
    ),
    TrapRule(f"{CISCO}.117.2.0.3", "module.inserted", INFO),
    TrapRule(f"{CISCO}.117.2.0.4", "module.removed", INFO),
    TrapRule(f"{CISCO}.138.2.0.1", "entity.alarm", RAISE, object=ENTITY_ALARM),
    TrapRule(f"{CISCO}.138.2.0.2", "entity.alarm", CLEAR, object=ENTITY_ALARM),
    TrapRule(f"{CISCO}.91.2.0.1", "sensor.threshold", INFO),
    TrapRule(f"{CISCO}.26.2.0.4", "isdn.channel.unavailable", INFO),
    TrapRule("1.3.6.1.4.1.9.10.19.2.0.2", "ds1.loopback", INFO),
    TrapRule(f"{CISCO}.63.2.0.2", "calls.poor_quality", INFO),
    TrapRule(f"{CISCO}.63.2.0.6", "calls.policy_violation", INFO),
    TrapRule(f"{CISCO}.441.0.2", "srst.failed", INFO),
    TrapRule(f"{CISCO}.441.0.3", "srst.phones_lost", INFO),
    TrapRule(f"{CISCO}.441.0.4", "phone.registration_failed", INFO),
    TrapRule(f"{CISCO}.439.0.0.3", "phone.deceased", INFO),
    TrapRule(f"{CISCO}.96.2.1.1", "config.copied", INFO),
)

CALL_NOISE = ("1.3.6.1.2.1.10.20.2.0.1", f"{CISCO}.26.2.0.1", f"{CISCO}.26.2.0.2")
"""isdnMibCallInformation, demandNbrCallInformation and -Details: for each call, with the numbers of people."""
