"""Signals: what came from the site, not judged yet: a trap, a syslog line, the outcome of a poll."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from cmsp_agent.model.calls import CallLeg
from cmsp_agent.model.severity import Severity

Value: TypeAlias = int | float | bytes | str
"""An SNMP value: integers and counters as int, octet strings as bytes, OIDs and IPv4 addresses as dotted str."""

NO_LABELS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A value that a device sent and that can't be decoded. It is shown to people, and never becomes a figure."""

    reason: str
    octets: bytes
    """As they came: the content of the value, or what stands behind the object's name."""


class TrapSignal(NamedTuple):
    """An SNMP notification, v1 already mapped to v2 (RFC 3584). A tuple, as there are thousands in a second."""

    component: str
    received_at: int
    trap_oid: str
    varbinds: tuple[tuple[str, Value], ...]
    """(OID, value), without sysUpTime.0 and snmpTrapOID.0."""
    uptime: int = 0
    """sysUpTime.0 in hundredths of a second."""
    version: str = "2c"
    inform: bool = False
    times: int = 1
    """How often it was received, one after the other, in the same words."""


class SyslogSignal(NamedTuple):
    """A syslog message with what its header says. A tuple, as there are thousands in a second."""

    component: str
    received_at: int
    mnemonic: str
    """`FACILITY-SEVERITY-MNEMONIC` as Cisco writes it, without the %; else the RFC 5424 MSGID or tag, or empty."""
    text: str
    severity: int = 6
    """RFC 5424 severity, 0 to 7; the mnemonic's own where it has one."""
    facility: int = 23
    occurred_at: int | None = None
    """The device's own time, where it is trustworthy (year, zone and clock known)."""
    host: str = ""
    sequence: int | None = None
    times: int = 1
    """How often it was received, one after the other, in the same words."""
    raw: bytes = b""
    """The message as received."""


@dataclass(frozen=True, slots=True)
class ObservedState:
    """One state seen by polling: an object of the component and whether the alarm type holds for it."""

    type: str
    """Alarm type, such as `isdn.layer2.down`."""
    object: str
    raised: bool
    text: str = ""
    severity: Severity | None = None
    """None: the alarm type's."""
    occurred_at: int | None = None
    """When it happened, where the device tells; ms since the epoch."""
    detail: str = ""
    """What is added to the alarm type's title, where there is no text."""


@dataclass(frozen=True, slots=True)
class ConfigurationTimes:
    """What a device says of its running configuration."""

    changed_at: int
    """When it changed last, or was entered into (ms since the epoch)."""
    unsaved: bool
    """It changed since it was saved: the device would start with another one."""
    mark: int
    """The device's own word for the change; another one means that it changed again."""


@dataclass(frozen=True, slots=True)
class PollSignal:
    """The outcome of one poll. None: not asked or not permitted here; False: asked, silent."""

    component: str
    received_at: int
    icmp: bool | None = None
    tcp: bool | None = None
    snmp: bool | None = None
    states: tuple[ObservedState, ...] = ()
    there: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Alarm type → the objects that the device has, whatever their state; of the types whose tables were read."""
    entities: Mapping[str, str] = field(default_factory=dict)
    """Row → entPhysicalName, as far as it was asked."""
    unused: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Alarm type → those of them that are bad and were never seen well: nobody uses them."""
    interfaces: Mapping[int, str] = field(default_factory=dict)
    """The names of the interfaces by ifIndex, where they were read."""
    renamed: Mapping[str, str] = field(default_factory=lambda: NO_LABELS)
    """What interfaces and labelled rows were called → what they are called now, since the last poll."""
    gone: Collection[str] = ()
    """What interfaces were called that the device has no more."""
    lacking: Collection[str] = ()
    """Alarm types of its type of device for which the device has had no table for long, though it answers all."""
    unmeasured: Collection[str] = ()
    """KPIs of its type of device that the device does not have."""
    loss: float = 0.0
    """Percent of the poll's ICMP echoes that were not answered, where others were."""
    samples: Mapping[str, float] = field(default_factory=dict)
    """KPI (`cpu.load`, `if.in.octets[Gi0/0]`) → value in the KPI's unit."""
    calls: tuple[CallLeg, ...] = ()
    """Calls that have ended since the last poll, where the device keeps a history."""
    reason: str = ""
    """Why SNMP gave nothing, or not all: `silent`, `authentication`, `invalid`, `partial`, `credentials`, `no figures`,
    `not permitted here`, `name`, `stale name`, `no route`."""
    detail: str = ""
    """The same in words."""
    configuration: ConfigurationTimes | None = None
    """When the configuration changed, where the device says so."""
    by_commands: bool = False
    """Read over SSH, beside the polls: says nothing about whether the device answers them."""


@dataclass(frozen=True, slots=True)
class AgentSignal:
    """Something that the agent itself has to tell: a failed backup, a lost head-end, a misbehaving plugin."""

    component: str
    """A component's name, or empty for the appliance."""
    received_at: int
    type: str
    object: str
    raised: bool
    text: str
    transient: bool = False
    """No state to clear: reported once."""
    attributes: Mapping[str, str] = field(default_factory=lambda: NO_LABELS)


Message: TypeAlias = TrapSignal | SyslogSignal
"""What a device sent of itself."""
Signal: TypeAlias = Message | PollSignal | AgentSignal


def times(signal: Signal) -> int:
    """How often it was received in the same words."""
    return signal.times if isinstance(signal, SyslogSignal | TrapSignal) else 1
