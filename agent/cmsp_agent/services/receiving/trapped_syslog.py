"""A syslog message that came as a trap (CISCO-SYSLOG-MIB clogMessageGenerated): it means what the message means."""

from cmsp_agent.model.signal import SyslogSignal, TrapSignal, Value

MESSAGE_GENERATED = "1.3.6.1.4.1.9.9.41.2.0.1"
_ENTRY = "1.3.6.1.4.1.9.9.41.1.2.3.1."
FACILITY, SEVERITY, NAME, TEXT = (f"{_ENTRY}{column}." for column in (2, 3, 4, 5))
"""clogHistFacility, clogHistSeverity (emergency 1 to debug 8), clogHistMsgName, clogHistMsgText."""


def as_syslog(trap: TrapSignal) -> TrapSignal | SyslogSignal:
    """The message that the trap carries; the trap itself where it carries none."""
    if trap.trap_oid != MESSAGE_GENERATED:
        return trap
    facility, name, text = (_text(_bound(trap, column)) for column in (FACILITY, NAME, TEXT))
    severity = _bound(trap, SEVERITY)
    if not facility or not name or not isinstance(severity, int) or not 1 <= severity <= 8:
        return trap
    mnemonic = f"{facility}-{severity - 1}-{name}"
    return SyslogSignal(trap.component, trap.received_at, mnemonic, text, severity - 1, raw=text.encode())


def _bound(trap: TrapSignal, column: str) -> Value:
    return next((value for oid, value in trap.varbinds if oid.startswith(column)), b"")


def _text(value: Value) -> str:
    return value.decode("utf-8", "replace").strip() if isinstance(value, bytes) else str(value)
