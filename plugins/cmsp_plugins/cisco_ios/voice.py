"""What a Cisco gateway says of voice: lines, channels, calls, DSPs, SIP, survivable telephony, probes. Data only.

Sources: DS1-MIB, ISDN-MIB, CISCO-VOICE-DIAL-CONTROL-MIB, CISCO-POP-MGMT-MIB, CISCO-DSP-MGMT-MIB, CISCO-SIP-UA-MIB,
CISCO-UBE-MIB, CISCO-SRST-MIB, CISCO-CCME-MIB, CISCO-RTTMON-MIB, CISCO-VOICE-ANALOG-IF-MIB. Which of them a
platform has is found by probing.
"""

from cmsp_agent.plugin.api import NO_COUNT, NOT_AVAILABLE, AlarmType, Kpi, Limit, Severity, StateRule
from cmsp_plugins.cisco_ios import sip

CISCO = "1.3.6.1.4.1.9.9"
DS1 = "1.3.6.1.2.1.10.18.7.1"
"""dsx1CurrentTable: of the quarter of an hour that runs; the index is the line's ifIndex."""
CALL_VOLUME = f"{CISCO}.63.1.3.8"
DSP_CARD, DSP = f"{CISCO}.86.1.1.1.1", f"{CISCO}.86.1.2.1.1"
SESSIONS = f"{CISCO}.86.1.7"
POP = "1.3.6.1.4.1.9.10.19.1.1"
SRST, CME = f"{CISCO}.441.1.3", f"{CISCO}.439.1.2"
IP_SLA, JITTER = f"{CISCO}.42.1.2.10.1", f"{CISCO}.42.1.5.2.1"
ANALOGUE = f"{CISCO}.62.1"
HOOK_OFF, TRUTH = 2, 1
IP_SLA_TAG = f"{CISCO}.42.1.2.1.1.3"
"""rttMonCtrlAdminTag: what the administrator calls the probe; where it is empty, its number is its name."""
ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.7"
PROTOCOLS = (
    ("1", "h323"),
    ("2", "sip"),
    ("3", "mgcp"),
    ("4", "sccp"),
    ("5", "multicast"),
    ("6", "cacontrol"),
    ("7", "telephony"),
)
"""CvCallConnectionType."""

ALARMS = (
    AlarmType(
        "srst.active",
        Severity.MAJOR,
        "{component} keeps the phones of the site: the call manager is out of reach",
        responsible="carrier",
        cause=20,
        recommendation="Check the site's way to the call manager; emergency calls go out by the gateway meanwhile.",
    ),
    AlarmType(
        "ipsla.failed",
        Severity.MAJOR,
        "{component}: IP SLA {object} gets no answer",
        cause=45,
        responsible="carrier",
        recommendation="Check the way to the probe's target: `show ip sla statistics` on the device.",
    ),
)


def _scalar(name: str, unit: str, *oids: str) -> Kpi:
    return Kpi(name, unit, tuple(f"{oid}.0" for oid in oids), absent=NO_COUNT)


def _line(name: str, column: int) -> Kpi:
    return Kpi(f"ds1.{name}", "s", (f"{DS1}.{column}",), per="interface", absent=NO_COUNT)


LINES = (
    _line("errored_seconds", 2),
    _line("severely_errored_seconds", 3),
    _line("unavailable_seconds", 5),
    _line("slip_seconds", 6),
    # isdnBearerOperStatus: connecting(2), connected(3), active(4)
    Kpi(
        "isdn.channels",
        "channels",
        ("1.3.6.1.2.1.10.20.1.2.1.1.2",),
        counts=frozenset({2, 3, 4}),
        aggregate="sum",
    ),
    Kpi("ds1.channels", "channels", (f"{POP}.9.1.3",), per="index", absent=NO_COUNT),  # slot.port
)

PEER = "1.3.6.1.2.1.10.21.1.2.2.1"
"""dialCtlPeerStatsTable; the index is the dial-peer and its ifIndex."""
CONNECT_TIME, SUCCESS, FAIL, REFUSED = (f"{PEER}.{column}" for column in (1, 3, 4, 6))
ISDN_CALLS = "1.3.6.1.4.1.9.10.19.1.2"

TRUNKS = (
    # answer-seizure ratio and average call duration of a dial-peer, of the calls of the last hour
    Kpi(
        "calls.peer.asr",
        "percent",
        (SUCCESS,),
        kind="ratio",
        hourly=(SUCCESS, FAIL),
        least=20,
        per="first",
        scale=100.0,
        limit=Limit(30, 40, 600),
    ),
    Kpi("calls.peer.acd", "s", (CONNECT_TIME,), kind="ratio", hourly=(SUCCESS,), per="first"),
    Kpi("calls.peer.answered", "calls/s", (SUCCESS,), kind="counter32", per="first"),
    Kpi("calls.peer.failed", "calls/s", (FAIL,), kind="counter32", per="first"),
    Kpi("calls.peer.refused", "calls/s", (REFUSED,), kind="counter32", per="first"),
    # by cause, as far as IOS counts them: rejected, cleared abnormally, no resource (Q.850 47)
    Kpi("isdn.calls.rejected", "calls/s", (f"{ISDN_CALLS}.1.0",), kind="counter32"),
    Kpi("isdn.calls.abnormal", "calls/s", (f"{ISDN_CALLS}.3.0",), kind="counter32"),
    Kpi("isdn.calls.no_resource", "calls/s", (f"{ISDN_CALLS}.5.0",), kind="counter32"),
)

CALLS = (
    Kpi("calls.by_protocol", "legs", (f"{CALL_VOLUME}.1.1.2",), per="index", rows=PROTOCOLS, absent=NO_COUNT),
    _scalar("calls.rate", "calls", f"{CISCO}.63.1.3.11.3"),
    Kpi("calls.peer.in", "calls", (f"{CALL_VOLUME}.4.1.1",), per="index", absent=NO_COUNT),
    Kpi("calls.peer.out", "calls", (f"{CALL_VOLUME}.4.1.2",), per="index", absent=NO_COUNT),
    Kpi(
        "calls.licence",
        "percent",
        (f"{CALL_VOLUME}.2.0",),
        share_of=(f"{CALL_VOLUME}.3.0", 1.0),  # 0: no limit
        absent=NO_COUNT,
        limit=Limit(90, 80, 300, Severity.MINOR),
    ),
    _scalar("cube.sessions.allowed", "sessions", f"{CISCO}.764.0.3"),
    # legs, of which a session has two, of cubeTotalSessionAllowed
    Kpi(
        "cube.sessions.used",
        "percent",
        (f"{CALL_VOLUME}.2.0",),
        share_of=(f"{CISCO}.764.0.3.0", 2.0),
        absent=NO_COUNT,
        limit=Limit(90, 80, 300, Severity.MINOR),
    ),
)

DSPS = (
    Kpi("dsp.card", "percent", (f"{DSP_CARD}.3",), per=ENTITY_NAME, absent=NO_COUNT, limit=Limit(95, 85, 300)),
    Kpi("dsp.failed", "DSPs", (f"{DSP_CARD}.8",), per=ENTITY_NAME, absent=NO_COUNT),
    Kpi("dsp.channels", "channels", (f"{DSP}.7",), aggregate="sum", absent=NO_COUNT),
    Kpi("dsp.busiest", "percent", (f"{DSP}.7",), share_of=(f"{DSP}.6", 1.0), aggregate="max", absent=NO_COUNT),
    _scalar("dsp.transcoding.all", "sessions", f"{SESSIONS}.1"),
    _scalar("dsp.transcoding.free", "sessions", f"{SESSIONS}.2"),
    _scalar("dsp.mtp.all", "sessions", f"{SESSIONS}.3"),
    _scalar("dsp.mtp.free", "sessions", f"{SESSIONS}.4"),
)

TELEPHONY = (
    _scalar("srst.sip_phones", "phones", f"{SRST}.2"),
    _scalar("srst.phones.allowed", "phones", f"{CISCO}.441.1.2.7"),
    Kpi("srst.call_legs", "legs/s", (f"{SRST}.3.0",), kind="counter32"),
    _scalar("srst.minutes", "min", f"{SRST}.4"),
    _scalar("cme.phones", "phones", f"{CME}.3"),
)


def _ports(name: str, table: str, counts: int) -> Kpi:
    return Kpi(f"voiceport.{name}", "ports", (f"{ANALOGUE}.{table}",), counts=frozenset({counts}), aggregate="sum")


ANALOGUE_PORTS = (
    # cvaIfFXSHookStatus, cvaIfFXSRingActive, cvaIfFXOHookStatus, cvaIfFXORingDetect; cvaIfStatusSignalErrors
    _ports("fxs.off_hook", "4.2.1.1", HOOK_OFF),
    _ports("fxs.ringing", "4.2.1.2", TRUTH),
    _ports("fxo.off_hook", "3.2.1.1", HOOK_OFF),
    _ports("fxo.ringing", "3.2.1.2", TRUTH),
    Kpi("voiceport.signal_errors", "errors/s", (f"{ANALOGUE}.1.2.1.3",), kind="counter32", per="interface"),
)

PROBES = (
    Kpi("ipsla.rtt", "ms", (f"{IP_SLA}.1",), per=IP_SLA_TAG, only_if=(f"{IP_SLA}.2", 1), absent=NO_COUNT),
    Kpi("ipsla.jitter", "ms", (f"{JITTER}.46",), per=IP_SLA_TAG, only_if=(f"{JITTER}.31", 1), absent=NO_COUNT),
    Kpi(
        "ipsla.mos",
        "MOS",
        (f"{JITTER}.42",),
        per=IP_SLA_TAG,
        scale=0.01,
        absent=(0, *NOT_AVAILABLE),
        limit=Limit(3.5, 3.7, 300),
    ),
    Kpi("ipsla.icpif", "ICPIF", (f"{JITTER}.43",), per=IP_SLA_TAG, only_if=(f"{JITTER}.31", 1), absent=NOT_AVAILABLE),
    Kpi("ipsla.delay.out", "ms", (f"{JITTER}.49",), per=IP_SLA_TAG, only_if=(f"{JITTER}.31", 1), absent=(0, *NO_COUNT)),
    Kpi("ipsla.delay.in", "ms", (f"{JITTER}.50",), per=IP_SLA_TAG, only_if=(f"{JITTER}.31", 1), absent=(0, *NO_COUNT)),
    Kpi("ipsla.late", "packets", (f"{JITTER}.30",), per=IP_SLA_TAG, absent=NO_COUNT),
    Kpi("ipsla.lost.out", "packets", (f"{JITTER}.26",), per=IP_SLA_TAG, absent=NO_COUNT),
    Kpi("ipsla.lost.in", "packets", (f"{JITTER}.27",), per=IP_SLA_TAG, absent=NO_COUNT),
)

KPIS = (*LINES, *TRUNKS, *CALLS, *DSPS, *sip.KPIS, *TELEPHONY, *ANALOGUE_PORTS, *PROBES)

STATES = (
    StateRule(f"{SRST}.1.0", "srst.active", frozenset({1}), frozenset({2}), object=""),  # csrstState
    # rttMonLatestRttOperSense: disconnected(2), timeout(4), notConnected(6), dropped(7); ok(1), overThreshold(3)
    StateRule(
        f"{IP_SLA}.2", "ipsla.failed", frozenset({2, 4, 6, 7}), frozenset({1, 3}), object="index", once_clear=True
    ),
    # cdspCardState: critical(3), fatal(4), offLine(5)
    StateRule(f"{DSP_CARD}.2", "dsp.card.failed", frozenset({3, 4, 5}), frozenset({1, 2}), object=ENTITY_NAME),
    # cdspOperState: shutdown(2), congested(3), failed(4)
    StateRule(f"{DSP}.1", "dsp.down", frozenset({2, 3, 4}), frozenset({1}), object=ENTITY_NAME),
)
