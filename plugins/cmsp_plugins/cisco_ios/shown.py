"""What only the command line of a gateway shows: dial-peers, registrations, DSPs, PRIs, licences. Data only.

The templates beside this module are ours. Licences: see `licences`.
"""

from pathlib import Path

from cmsp_agent.plugin.api import Limit, Severity, ShownKpi, ShownState, ShownTable
from cmsp_plugins.cisco_ios import licences

FOLDER = Path(__file__).parent / "show"
TO_BE_USED = ("ADMIN", "^up")
FXS, FXO = ("SIGNALLING", "^fxs"), ("SIGNALLING", "^fxo")


def _own(name: str) -> str:
    return (FOLDER / f"{name}.textfsm").read_text("utf-8")


DIAL_PEERS = ShownTable(
    "show dial-peer voice summary",
    _own("dial_peer_voice_summary"),
    header=r"^\s*TAG\s+TYPE\b",
    kpis=(
        ShownKpi("dialpeer.configured", "dial-peers"),
        ShownKpi("dialpeer.usable", "dial-peers", where=(TO_BE_USED, ("OPER", "^up"), ("KEEPALIVE", "^(?!busyout)"))),
        ShownKpi("dialpeer.busied_out", "dial-peers", where=(TO_BE_USED, ("KEEPALIVE", "^busyout"))),
        ShownKpi("dialpeer.partial", "dial-peers", where=(TO_BE_USED, ("KEEPALIVE", "^partial"))),
    ),
    states=(
        # CSCuw63102: with a profile and one retry it is busied out for a moment before the first OPTIONS
        ShownState(
            "dialpeer.busied_out",
            ("{TAG_HEAD}{TAG}",),
            raises=("KEEPALIVE", "^busyout"),
            clears=("KEEPALIVE", "^(active|partial|)$"),
            only_if=TO_BE_USED,
            readings=2,
        ),
    ),
)

REGISTRATIONS = ShownTable(
    "show sip-ua register status",
    _own("sip_ua_register_status"),
    header=r"^\s*Line\s+peer\s+expires",
    kpis=(
        ShownKpi("sip.registrations.wanted", "registrations"),
        ShownKpi("sip.registrations", "registrations", where=(("REGISTERED", "^yes"),)),
    ),
    states=(
        ShownState(
            "sip.registration.failed",
            ("tenant {TENANT}", "registrar {REGISTRAR}", "peer {PEER}", "credentials{OWN:.0}"),
            raises=("REGISTERED", "^no"),
            clears=("REGISTERED", "^yes"),
            once_clear=True,
            each_row=True,
        ),
    ),
)

DSPS = ShownTable(
    "show voice dsp group all",
    _own("voice_dsp_group_all"),
    kpis=(
        ShownKpi("dsp.credits", "credits", "CREDITS", row=("{SLOT}",)),
        ShownKpi("dsp.credits.used", "percent", "USED", row=("{SLOT}",), share_of="CREDITS", limit=Limit(95, 85, 600)),
        ShownKpi("dsp.transcoding", "channels", "TRANSCODING"),
        ShownKpi("dsp.not_up", "DSPs", where=(("STATE", "^(?!UP$)"),), limit=Limit(1, 0, 0, Severity.WARNING)),
    ),
    states=(ShownState("dsp.down", ("{DSP} in slot {SLOT}",), raises=("STATE", "^FAIL"), clears=("STATE", "^UP")),),
)

VOICE_CHANNELS = ShownTable(
    "show voice dsp",
    _own("voice_dsp"),
    header=r"^\s*DSP\s+(DSPWARE|DSP\s+DSPWARE)",
    kpis=(ShownKpi("dsp.voice", "channels"),),
)

PRIS = ShownTable(
    "show isdn status",
    _own("isdn_status"),
    kpis=(ShownKpi("isdn.calls", "calls", "L3_ACTIVE_CALLS", row=("{INTERFACE}",)),),
    states=(
        ShownState(
            "isdn.layer2.down",
            ("{INTERFACE}",),
            # a basic rate interface is down when none of its terminals is up
            raises=("L2_STATE", r"^(?!.*\bMULTIPLE_FRAME_ESTABLISHED\b)\S"),
            clears=("L2_STATE", r"\bMULTIPLE_FRAME_ESTABLISHED\b"),
            only_if=("L1_STATUS", "^(?!SHUTDOWN)"),
            once_clear=True,
        ),
    ),
)

ANALOGUE_PORTS = ShownTable(
    "show voice port summary",
    _own("voice_port_summary"),
    header=r"^PORT\s+CH\s+SIG-TYPE\b",
    kpis=(
        ShownKpi("voiceport.fxs", "ports", where=(FXS,)),
        ShownKpi("voiceport.fxs.off_hook", "ports", where=(FXS, ("IN_STATUS", "^off-hook"))),
        ShownKpi("voiceport.fxs.ringing", "ports", where=(FXS, ("OUT_STATUS", "^ring"))),
        ShownKpi("voiceport.fxo", "ports", where=(FXO,)),
        ShownKpi("voiceport.fxo.off_hook", "ports", where=(FXO, ("OUT_STATUS", "^off-hook"))),
    ),
    states=(
        ShownState(
            "voiceport.down",
            ("{PORT}",),
            raises=("OPER", "^down"),
            clears=("OPER", "^(up|dorm)"),
            only_if=TO_BE_USED,
            once_clear=True,
        ),
    ),
)

TABLES = (ANALOGUE_PORTS, DIAL_PEERS, REGISTRATIONS, DSPS, VOICE_CHANNELS, PRIS, *licences.TABLES)
