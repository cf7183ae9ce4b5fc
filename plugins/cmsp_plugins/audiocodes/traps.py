"""Alarms of AudioCodes as its traps report them: the severity in the trap raises and clears. Data only.

Source: AcBoard MIB. All have the same bindings; the object is the source that they name (`acBoard#1/Trunk#2`).
"""

from cmsp_agent.plugin.api import AlarmType, ObjectFrom, Severity, Transition, TrapRule

TRAPS_OF_BOARD = "1.3.6.1.4.1.5003.9.10.1.21.2.0"
KEEP_ALIVE = f"{TRAPS_OF_BOARD}.16"
"""acKeepAlive: it holds a NAT binding open."""
GLOBALS = "1.3.6.1.4.1.5003.9.10.1.21.1"
SOURCE, SEVERITY = ObjectFrom(f"{GLOBALS}.3", "value"), f"{GLOBALS}.4"
RAISES, CLEARS = frozenset({1, 2, 3, 4, 5}), frozenset({0})
"""acBoardTrapGlobalsSeverity: cleared(0); indeterminate(1) to critical(5)."""
CRITICAL, MAJOR, MINOR, WARNING = Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.WARNING
TRUNK = frozenset({"pstn", "emergency", "fax"})


def _line(kind: str, words: str) -> AlarmType:
    title = "{component}: {object}: " + words
    advice = "Check the cable and the carrier's termination, then report the circuit to the carrier."
    return AlarmType(kind, CRITICAL, title, TRUNK, cause=5, responsible="carrier", recommendation=advice)


BY_NUMBER = (
    (3, AlarmType("env.temperature", MAJOR, "{component}: {object} is too hot", responsible="customer")),
    (8, AlarmType("calls.resources", MAJOR, "{component}: no resources for calls", impairs=TRUNK)),
    (9, AlarmType("sip.proxy.lost", CRITICAL, "{component}: {object} finds no proxy", impairs=frozenset({"pstn"}))),
    (10, AlarmType("ethernet.down", MAJOR, "{component}: Ethernet link of {object} is down", responsible="customer")),
    (11, AlarmType("board.overload", MAJOR, "{component}: {object} is overloaded")),
    (29, AlarmType("env.fan", MAJOR, "{component}: fan tray of {object} has failed")),
    (30, AlarmType("env.power", MAJOR, "{component}: power supply of {object} has failed")),
    (31, AlarmType("env.feed", MAJOR, "{component}: power entry of {object} has failed", responsible="customer")),
    (33, AlarmType("ha.failed", CRITICAL, "{component}: high availability of {object} has failed")),
    (34, AlarmType("ha.mismatch", MAJOR, "{component}: the units of {object} are configured differently")),
    (35, AlarmType("ha.switched_over", MAJOR, "{component}: {object} has switched over")),
    (37, AlarmType("isdn.layer2.down", CRITICAL, "{component}: D-channel of {object} is down", TRUNK, cause=30)),
    (43, AlarmType("module.offline", MAJOR, "{component}: hardware of {object} has failed")),
    (46, AlarmType("voiceport.down", MINOR, "{component}: analogue port {object} is out of service")),
    (47, AlarmType("voiceport.hot", MINOR, "{component}: analogue port {object} is too hot")),
    (49, _line("ds1.loss_of_signal", "loss of signal")),
    (50, _line("ds1.loss_of_frame", "loss of frame")),
    (51, _line("ds1.ais", "alarm indication signal received (AIS)")),
    (52, _line("ds1.rai", "the far end has no frame (RAI)")),
    (59, AlarmType("srst.active", MAJOR, "{component} keeps the phones of the site: its proxy is out of reach")),
    (71, AlarmType("ntp.lost", MINOR, "{component}: its NTP server does not answer", incident=False)),
    (75, AlarmType("ldap.lost", MINOR, "{component}: its LDAP server does not answer")),
    (76, AlarmType("voiceport.ground", MINOR, "{component}: analogue port {object} has a ground fault")),
    (78, AlarmType("ocsp.lost", MINOR, "{component}: its OCSP server does not answer", incident=False)),
)
"""The trap's last number, and the fault that it reports."""

NOTES = (
    AlarmType("device.fatal", CRITICAL, "{component}: fatal error of {object}", incident=False, transient=True),
    AlarmType("device.reloading", MINOR, "{component} resets itself", incident=False, transient=True),
)

ALARMS = (*(alarm for _, alarm in BY_NUMBER), *NOTES)

TRAPS = (
    *(
        TrapRule(
            f"{TRAPS_OF_BOARD}.{number}",
            alarm.type,
            by=SEVERITY,
            raises=RAISES,
            clears=CLEARS,
            object=ObjectFrom() if alarm.type == "srst.active" else SOURCE,
        )
        for number, alarm in BY_NUMBER
    ),
    TrapRule(f"{TRAPS_OF_BOARD}.1", "device.fatal", Transition.INFO, object=SOURCE),
    TrapRule(f"{TRAPS_OF_BOARD}.4", "device.restarted", Transition.INFO),
    TrapRule(f"{TRAPS_OF_BOARD}.5", "device.reloading", Transition.INFO),
)
