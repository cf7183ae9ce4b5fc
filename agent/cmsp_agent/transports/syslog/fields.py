"""A message as the fields that people and programs ask for, in the words of RFC 5424."""

from typing import Any

from cmsp_agent.model.times import rfc3339
from cmsp_agent.transports.syslog.device_time import device_time
from cmsp_agent.transports.syslog.message import SyslogMessage

CLOCKS = {"": "synchronised", "*": "not-set", ".": "unsynchronised", "up": "uptime", "none": "none"}
"""What a message's mark says of the device's clock; `uptime` and `none`: it wrote no time of day."""


def fields_of(message: SyslogMessage, received_at: int) -> dict[str, Any]:
    """The fields, None where the message has none.

    Args:
        message: as parsed.
        received_at: ms since the epoch; says which year a date without a year is of.
    """
    time = device_time(message, received_at)
    number = message.number
    return {
        "facility": message.syslog_facility,
        "severity": message.severity,
        "timestamp": None if time is None else rfc3339(time),
        "clock": CLOCKS[message.clock],
        "sequence": number,
        "hostname": message.host or None,
        "tag": message.process or None,
        "pid": message.pid or None,
        "mnemonic": _mnemonic(message),
        "message": message.text,
        **_further(message),
    }


def _mnemonic(message: SyslogMessage) -> dict[str, Any] | None:
    if not message.mnemonic:
        return None
    facility, _, subfacility = message.facility.partition("-")
    return {
        "facility": facility,
        "subfacility": subfacility or None,
        "severity": message.level,
        "name": message.mnemonic,
    }


def _further(message: SyslogMessage) -> dict[str, Any]:
    """What only some messages have."""
    further = {
        "priority": message.pri,
        "written_time": message.timestamp,
        "zone": message.zone,
        "outer_sequence": message.sequence if message.inner_sequence is not None else None,
        "relay": message.relay,
        "version": message.version or None,
        "message_id": message.message_id,
        "structured_data": {name: dict(pairs) for name, pairs in message.structured},
        "repeated": message.repeated or None,
    }
    return {name: value for name, value in further.items() if value not in (None, "", {})}
