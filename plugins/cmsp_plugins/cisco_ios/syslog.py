r"""Syslog messages of a Cisco gateway and what they mean. The mnemonic decides, never the severity in it.

`%ISDN-6-LAYER2DOWN` is a 6 and takes a PRI out of service; `%SIP-3-REG_INTERNAL` is a 3 even when it reports success.
"""

from cmsp_agent.plugin.api import CONFIG_CHANGED, Severity, SyslogRule, Transition
from cmsp_plugins.cisco_ios.kinds import once
from cmsp_plugins.cisco_ios.notes import NOTES

RAISE, CLEAR = Transition.RAISE, Transition.CLEAR
DOWN, UP = frozenset({"down"}), frozenset({"up"})


def _interface(mnemonic: str, pattern: str) -> SyslogRule:
    return SyslogRule(mnemonic, "link.down", pattern, raises=DOWN, clears=UP, interface=True)


def _switch(
    mnemonic: str, kind: str, pattern: str, raises: frozenset[str] = DOWN, clears: frozenset[str] = UP
) -> SyslogRule:
    return SyslogRule(mnemonic, kind, pattern, raises=raises, clears=clears)


IP_SLA = r"IP SLAs\((?P<object>\d+)\): Threshold (?P<state>\w+) for "
NO_ANSWER = "timeout|connectionLoss"


def _environmental(kind: str, sensor: str) -> tuple[SyslogRule, ...]:
    """A sensor's alert: as severe as its state."""
    said = rf"^(?P<object>{sensor}: [^,]+, Location: [^,]+), State: (?:"
    return (
        SyslogRule("ENVIRONMENTAL-1-ALERT", kind, rf"{said}Critical|Shutdown)", RAISE, severity=Severity.CRITICAL),
        SyslogRule("ENVIRONMENTAL-1-ALERT", kind, rf"{said}Major)", RAISE, severity=Severity.MAJOR),
        SyslogRule("ENVIRONMENTAL-1-ALERT", kind, rf"{said}Minor)", RAISE, severity=Severity.MINOR),
        SyslogRule("ENVIRONMENTAL-1-ALERT", kind, rf"{said}Warning)", RAISE, severity=Severity.WARNING),
        SyslogRule("ENVIRONMENTAL-1-ALERT", kind, rf"{said}Normal)", CLEAR),
    )


LINKS = (
    _interface("LINK-3-UPDOWN", r"^Interface (?P<object>\S+), changed state to (?P<state>up|down)"),
    # Shut down by a person: no fault, and the end of one.
    SyslogRule(
        "LINK-5-CHANGED",
        "link.down",
        r"^Interface (?P<object>\S+), changed state to administratively down",
        CLEAR,
        interface=True,
    ),
    _interface("LINEPROTO-5-UPDOWN", r"Interface (?P<object>\S+), changed state to (?P<state>up|down)"),
    _switch(
        "LINK-3-UPDOWN",
        "voiceport.down",
        r"^Interface (?P<object>(?:Foreign Exchange (?:Station|Office)|ISDN-VOICE|recEive and transMit) [\d/:.()]+), "
        r"changed state to (?:operational status )?(?P<state>up|down|Administrative Shutdown)",
        clears=frozenset({"up", "administrative shutdown"}),
    ),
    _switch(
        "CONTROLLER-5-UPDOWN",
        "ds1.down",
        r"^Controller (?P<object>[TE][13] \S+), changed state to (?P<state>up|down)",
    ),
    SyslogRule("ISDN-6-LAYER2DOWN", "isdn.layer2.down", r"Interface (?P<object>\S+), TEI", RAISE, interface=True),
    SyslogRule("ISDN-6-LAYER2UP", "isdn.layer2.down", r"Interface (?P<object>\S+), TEI", CLEAR, interface=True),
)

VOICE = (
    _switch(
        "SIP-5-DIALPEER_STATUS",
        "dialpeer.busied_out",
        r"dial-Peer\s*<?(?P<object>\d*)>?\s*is (?P<state>Busied out|Up)",
        raises=frozenset({"busied out"}),
    ),
    _switch(
        "SIP-3-REG_INTERNAL",
        "sip.registration.failed",
        r"Registration (?P<state>Success|failed)\b.*?(?:;|\s)registrar=(?P<object>[^;]*)",
        raises=frozenset({"failed"}),
        clears=frozenset({"success"}),
    ),
    _switch("DSPRM-5-UPDOWN", "dsp.down", r"DSP (?P<object>\d+ in slot [\d/]+), changed state to (?P<state>up|down)"),
    once("VOICE_IEC-3-GW", "calls.toll_fraud", r"Toll fraud"),
    once("VOICE_IEC-3-GW", "calls.failed", r"^(?P<object>[^:]+): Internal Error \((?!Toll fraud)"),
    *(
        once(family, "dsp.trouble", r"(?i)^(?:.*?\bdsp\w*\W{1,2}(?P<object>\d[\d/:.]*))?")
        for family in ("DSPRM-3-*", "FLEXDSPRM-*-*", "SPA_DSPRM-*-*", "DSPDUMP-*-*", "DSP-3-*")
    ),
    once("SIP-3-MAXCONNCAC", "calls.rejected", r"(?P<object>dial-peer \d+)"),
    once("SIP-3-MEMCAC", "calls.rejected"),
    once("SIP-3-CPUCAC", "calls.rejected"),
    once("CALL_CONTROL-6-MAX_CONNECTIONS", "calls.rejected", r"(?P<object>dial-peer \d+)"),
    SyslogRule("MARS_NETCLK-3-HOLDOVER", "clock.holdover", r"Entering Holdover for (?P<object>.+)", RAISE),
    SyslogRule("MARS_NETCLK-3-HOLDOVER", "clock.holdover", r"Exiting Holdover for (?P<object>.+)", CLEAR),
)

DEVICE = (
    once("SYS-5-CONFIG_I", CONFIG_CHANGED.type),
    once("SYS-5-RESTART", "device.restarted"),
    once("SNMP-5-COLDSTART", "device.restarted"),
    once("SYS-5-RELOAD", "device.reloading"),
    once("SYS-2-MALLOCFAIL", "memory.exhausted"),
    SyslogRule("SYS-1-CPURISINGTHRESHOLD", "cpu.high", state=RAISE),
    SyslogRule("SYS-1-CPUFALLINGTHRESHOLD", "cpu.high", state=CLEAR),
    *_environmental("env.temperature", "Temp"),
    *_environmental("env.voltage", "V"),
    SyslogRule(
        "PLATFORM_ENV-1-FRU_PS_SIGNAL_FAULTY",
        "env.power",
        r"(?P<object>power supply \d+)",
        RAISE,
        severity=Severity.CRITICAL,
    ),
    SyslogRule("PLATFORM_ENV-6-FRU_PS_SIGNAL_OK", "env.power", r"(?P<object>power supply \d+)", CLEAR),
    SyslogRule("IOSXE_PEM-3-PEMFAIL", "env.power", r"slot (?P<object>\S+)", RAISE, severity=Severity.CRITICAL),
    SyslogRule("IOSXE_PEM-6-PEMOK", "env.power", r"slot (?P<object>\S+)", CLEAR),
    SyslogRule("SPA_OIR-3-OFFLINECARD", "module.offline", r"(?P<object>subslot [\d/]+)", RAISE),
    SyslogRule("SPA_OIR-6-ONLINECARD", "module.offline", r"(?P<object>subslot [\d/]+)", CLEAR),
    *(once(f"{family}-{level}-*", "environment.reported") for family in ("ENVMON", "CI") for level in (1, 2, 3)),
    once("SNMP-3-AUTHFAIL", "snmp.authentication_failure"),
    once("SEC_LOGIN-4-LOGIN_FAILED", "login.failed"),
    # each is a notification too, and ends by either
    SyslogRule("SMART_LIC-3-COMM_FAILED", "licence.communication", state=RAISE),
    SyslogRule("SMART_LIC-5-COMM_RESTORED", "licence.communication", state=CLEAR),
    SyslogRule("SMART_LIC-3-AUTH_RENEW_FAILED", "licence.authorisation", state=RAISE),
    SyslogRule("SMART_LIC-6-AUTH_RENEW_SUCCESS", "licence.authorisation", state=CLEAR),
    SyslogRule("SMART_LIC-3-AGENT_REG_FAILED", "licence.registration", state=RAISE),
    SyslogRule("SMART_LIC-6-AGENT_REG_SUCCESS", "licence.registration", state=CLEAR),
)

NETWORK = (
    _switch("BGP-5-ADJCHANGE", "bgp.peer.down", r"neighbor (?P<object>\S+) .*?\b(?P<state>Up|Down)\b"),
    _switch(
        "OSPF-5-ADJCHG",
        "ospf.neighbour.down",
        r"Nbr (?P<object>\S+) on \S+ from \w+ to (?P<state>\w+)",
        clears=frozenset({"full"}),
    ),
    _switch("DUAL-5-NBRCHANGE", "eigrp.neighbour.down", r"Neighbor (?P<object>\S+) \(\S+\) is (?P<state>\w+)"),
    _switch("TRACK-6-STATE", "track.down", r"^(?P<object>\d+) .+ (?:Up|Down) -> (?P<state>Up|Down)"),
    _switch("TRACKING-5-STATE", "track.down", r"^(?P<object>\d+) .+ (?:Up|Down) ?-> ?(?P<state>Up|Down)"),
    _switch(
        "RTT-3-IPSLATHRESHOLD",
        "ipsla.threshold",
        rf"{IP_SLA}(?!{NO_ANSWER})",
        raises=frozenset({"occurred"}),
        clears=frozenset({"cleared"}),
    ),
    _switch(
        "RTT-3-IPSLATHRESHOLD",
        "ipsla.failed",
        rf"{IP_SLA}(?:{NO_ANSWER})",
        raises=frozenset({"occurred"}),
        clears=frozenset({"cleared"}),
    ),
    SyslogRule("RTT-4-OPER_TIMEOUT", "ipsla.failed", r"(?P<object>\d+)", RAISE),
    once("HSRP-5-STATECHANGE", "hsrp.changed", r"^(?P<object>\S+ Grp \d+) state"),
    once("IP-4-DUPADDR", "address.duplicate", r"address (?P<object>\S+) on"),
    SyslogRule("RADIUS-4-RADIUS_DEAD", "aaa.server.dead", r"server (?P<object>[\d.]+)", RAISE),
    SyslogRule("RADIUS-4-RADIUS_ALIVE", "aaa.server.dead", r"server (?P<object>[\d.]+)", CLEAR),
)

SYSLOG = LINKS + VOICE + DEVICE + NETWORK + NOTES
