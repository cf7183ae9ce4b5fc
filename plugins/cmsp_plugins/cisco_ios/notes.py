"""Messages of a Cisco gateway about phones, people at work, resources and certificates: mostly notes, no incidents.

ISDN-6-CONNECT and -DISCONNECT are no events: two for each call, with the numbers of people. They are counted.
"""

from cmsp_agent.plugin.api import AlarmType, SyslogRule, Transition
from cmsp_plugins.cisco_ios.kinds import MAJOR, MINOR, WARNING, note, once

RAISE, CLEAR = Transition.RAISE, Transition.CLEAR
_EPHONE = r"ephone-\d+:(?P<object>SEP\w+)"
_POOL = r"POOL-\d+ has (?:un)?registered\. *Name: *(?P<object>\w+)"

NOTE_TYPES = (
    AlarmType(
        "phone.on_gateway",
        MINOR,
        "{component}: phone {object} is registered here, as in survivability mode",
        incident=False,
        recommendation="Where the gateway is no call manager, check the site's way to the call manager.",
    ),
    AlarmType("phone.unregistered", MINOR, "{component}: phone {object} was lost", incident=False),
    note("phone.reset", WARNING, "{component}: phone {object} was reset"),
    note("calls.dropped", MAJOR, "{component}: calls were dropped"),
    note("calls.preserved", MINOR, "{component}: H.323 signalling was lost, calls go on"),
    note("dsp.codec", MINOR, "{component}: the DSP's codec complexity does not fit"),
    note("streaming.failed", MINOR, "{component}: a recording or streaming service does not answer"),
    note("voice.resources", MAJOR, "{component}: processor or memory is too low for calls"),
    note("command.logged", WARNING, "{component}: a configuration command was entered"),
    note("cpu.hog", MINOR, "{component}: a process holds the processor ({object})"),
    note("session.logged", WARNING, "{component}: somebody logged in or out"),
    note("clock.set", WARNING, "{component}: the clock was set"),
    note("licence.transport", WARNING, "{component}: the way to the licence server"),
    note("certificate.problem", MAJOR, "{component}: a certificate or the clock that it is judged by is wrong"),
    note("vpn.negotiation_failed", MINOR, "{component}: IKE with {object} failed"),
    note("eem.message", WARNING, "{component}: applet {object} reports"),
)

NOTES = (
    SyslogRule("IPPHONE-6-REGISTER", "phone.on_gateway", _EPHONE, RAISE),
    SyslogRule("IPPHONE-6-REGISTER", "phone.unregistered", _EPHONE, CLEAR),
    SyslogRule("IPPHONE-6-REGISTER_NEW", "phone.on_gateway", _EPHONE, RAISE),
    SyslogRule("IPPHONE-6-REGISTER_NEW", "phone.unregistered", _EPHONE, CLEAR),
    SyslogRule("IPPHONE-6-UNREGISTER_NORMAL", "phone.on_gateway", _EPHONE, CLEAR),
    SyslogRule("IPPHONE-6-UNREGISTER_ABNORMAL", "phone.on_gateway", _EPHONE, CLEAR),
    SyslogRule("IPPHONE-6-UNREGISTER_ABNORMAL", "phone.unregistered", _EPHONE, RAISE),
    SyslogRule("SIPPHONE-6-REGISTER", "phone.on_gateway", _POOL, RAISE),
    SyslogRule("SIPPHONE-6-UNREGISTER", "phone.on_gateway", _POOL, CLEAR),
    once("IPPHONE-6-REG_ALARM", "phone.reset", r"Name=(?P<object>SEP\w+)"),
    once("CONTROLLER-5-CALLDROP", "calls.dropped"),
    once("CCH323-6-CALL_PRESERVED", "calls.preserved"),
    once("DSPRM-5-SETCODEC", "dsp.codec"),
    once("SIP-3-STREAM_SERVICE", "streaming.failed"),
    once("IVR-3-LOW_MEMORY_RESOURCE", "voice.resources"),
    once("IVR-3-LOW_CPU_RESOURCE", "voice.resources"),
    once("PARSER-5-CFGLOG_LOGGEDCMD", "command.logged"),
    once("SYS-3-CPUHOG", "cpu.hog", r"(?:Process = (?P<object>[^,]+))?"),
    once("SYS-6-LOGOUT", "session.logged"),
    once("SEC_LOGIN-5-LOGIN_SUCCESS", "session.logged"),
    once("SSH-5-SSH2_SESSION", "session.logged"),
    once("SSH-5-SSH2_USERAUTH", "session.logged"),
    once("SSH-5-SSH2_CLOSE", "session.logged"),
    once("SYS-6-CLOCKUPDATE", "clock.set"),
    once("CALL_HOME-5-SL_MESSAGE_FAILED", "licence.transport"),
    once("CALL_HOME-6-CALL_HOME_ENABLED", "licence.transport"),
    once("SMART_LIC-4-REPORTING_NOT_SUPPORTED", "licence.problem"),
    once("SMART_LIC-6-REPORTING_REQUIRED", "licence.problem"),
    once("PKI-3-CERTIFICATE_INVALID_NOT_YET_VALID", "certificate.problem"),
    once("PKI-3-CERTIFICATE_INVALID_EXPIRED", "certificate.problem"),
    once("PKI-4-CERTIFICATE_EXPIRING", "certificate.problem"),
    once("PKI-2-NON_AUTHORITATIVE_CLOCK", "certificate.problem"),
    once("CRYPTO-6-IKMP_MODE_FAILURE", "vpn.negotiation_failed", r"peer at (?P<object>[\da-fA-F.:]+\w)"),
    once("HA_EM-6-LOG", "eem.message", r"^(?P<object>[^:]+):"),
)
