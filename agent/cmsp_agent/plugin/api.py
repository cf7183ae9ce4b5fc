"""All that a plugin may import: what device types and notification channels are made of. Data first, code where needed.

A plugin is a module named by an entry point of the group `cmsp_agent.plugins`. It declares `API_VERSION = 1` and
implements hooks of `cmsp_agent.plugin.hookspecs` with the marker `hook`, re-exported here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.interfaces import canonical as canonical_interface
from cmsp_agent.model.notification import ChannelSettings, DeliveryFailed
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import AgentSignal, PollSignal, Signal, SyslogSignal, TrapSignal, Value
from cmsp_agent.plugin.calls import CallHistory, CallMessage
from cmsp_agent.plugin.command_kpis import Cells, ShownKpi, ShownState, ShownTable, matches, named
from cmsp_agent.plugin.command_line import (
    CliPlatform,
    ConsolePaste,
    FileUpload,
    HttpFetch,
    Lack,
    Redaction,
    Replacement,
    SetupLine,
    SetupStep,
    TextBlock,
)
from cmsp_agent.plugin.identity import UNIDENTIFIED, Fact, Identity, Sign
from cmsp_agent.plugin.kpi import NO_COUNT, NO_LEVEL, NOT_AVAILABLE, Kpi, sensor_kpis
from cmsp_agent.plugin.markers import hook
from cmsp_agent.plugin.record_sink import RecordBatch, RecordSink, TakeBatch
from cmsp_agent.plugin.rules import CONFIG_CHANGED, AlarmType, Burst, Limit, ObjectFrom, TrapRule, judge_value
from cmsp_agent.plugin.source_line import written_here
from cmsp_agent.plugin.trap_table import read_traps
from cmsp_agent.plugin.voice_os import voice_os_setup

API_VERSION = 1

__all__ = [
    "API_VERSION",
    "CAPABILITIES",
    "CONFIG_CHANGED",
    "NOT_AVAILABLE",
    "NO_COUNT",
    "NO_LEVEL",
    "AgentSignal",
    "AlarmReport",
    "AlarmType",
    "Burst",
    "CallHistory",
    "CallMessage",
    "Cells",
    "ChannelSettings",
    "CliPlatform",
    "ConsolePaste",
    "Delivery",
    "DeliveryFailed",
    "DeviceType",
    "Event",
    "Fact",
    "FileUpload",
    "HttpFetch",
    "Identity",
    "Kpi",
    "Lack",
    "Limit",
    "NotificationChannel",
    "ObjectFrom",
    "PollSignal",
    "RecordBatch",
    "RecordSink",
    "Redaction",
    "Replacement",
    "Secret",
    "SetupLine",
    "SetupStep",
    "Severity",
    "ShownKpi",
    "ShownState",
    "ShownTable",
    "Sign",
    "Signal",
    "StateRule",
    "SyslogRule",
    "SyslogSignal",
    "TakeBatch",
    "TextBlock",
    "Transition",
    "TrapRule",
    "TrapSignal",
    "Value",
    "canonical_interface",
    "hook",
    "matches",
    "named",
    "read_traps",
    "sensor_kpis",
    "voice_os_setup",
]


@dataclass(frozen=True, slots=True)
class SyslogRule:
    """A message that means something.

    `pattern` is searched in the text (bounded to 1 KiB); its group `object` names the object, its group `state` is
    looked up in `raises` and `clears` (lower case) where `state` is None.
    """

    mnemonic: str
    """`FACILITY-SEVERITY-MNEMONIC`, or with a `*` for the severity digit: `LINK-*-UPDOWN`; with a `*` for the name, all
    of a facility that no other rule names: `DSPRM-3-*` those of that severity, `DSPRM-*-*` every one."""
    type: str
    pattern: str = ""
    state: Transition | None = None
    raises: frozenset[str] = frozenset()
    clears: frozenset[str] = frozenset()
    interface: bool = False
    """The object is an interface's name: it is written in its long form."""
    severity: Severity | None = None
    """Where it is another than the alarm type's."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)
    """File and line of the rule, as all parts have it."""


@dataclass(frozen=True, slots=True)
class StateRule:
    """An object that is polled for faults: value in `raises` → the alarm holds, in `clears` → it does not."""

    column: str
    """A table's column, or one instance of a scalar, which ends with `.0`."""
    type: str
    raises: frozenset[int]
    clears: frozenset[int]
    object: str = "interface"
    """`interface`: the index is an ifIndex; `index`: the index itself; empty: none, the device as a whole; else the OID
    of a label column of equal index."""
    only_if: tuple[str, int] | None = None
    """(column, value): in rows of equal index where that column has another value the alarm does not hold (a port that
    somebody shut down is no fault: ifAdminStatus up)."""
    bits: int = 0
    """For a value that is a sum of bits (dsx1LineStatus): any of these set, and the alarm holds; none, and not."""
    words: tuple[tuple[int, str], ...] = ()
    """(bit, word): what each bit says; the alarm's text ends with those that are set."""

    once_clear: bool = False
    """Only an object that was seen without the alarm can raise it: a port that was never in use is no fault."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)

    @property
    def label(self) -> str:
        """The OID of the column that names the objects; empty where none does."""
        return self.object if self.object not in ("", "index", "interface") else ""

    @property
    def oids(self) -> tuple[str, ...]:
        """Everything that is asked for it: the object, its condition, its label."""
        asked = (self.column, self.only_if[0] if self.only_if else "", self.label)
        return tuple(oid for oid in asked if oid)

    def judge(self, value: int) -> bool | None:
        """Whether the alarm holds at this value; None: the value says nothing."""
        return judge_value(value, self.raises, self.clears, self.bits)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notification that is to be handed over; personal data is masked in it."""

    id: str
    """The same at each attempt, so that the receiver knows a repetition."""
    recipients: tuple[str, ...]
    """Mail addresses; empty for a channel that is not `addressed`."""
    subject: str
    """One line."""
    text: str
    """The whole, for people."""
    document: Mapping[str, object]
    """The whole, for programs: values as JSON has them."""
    thread: str
    """The incident that it is about; empty: a digest."""
    created_at: int
    """ms since the epoch."""


@dataclass(frozen=True, slots=True)
class NotificationChannel:
    """A way by which interested parties hear of incidents: `by` in the policies of the site's file names it."""

    name: str
    deliver: Callable[[Delivery, ChannelSettings], None]
    """Hands one over, and returns when the receiver has it. Blocking, in a thread of the channel's own. It raises
    DeliveryFailed with the reason for people, or anything; then it is tried again later, for the `remaining` recipients
    alone where the error names some, and never for those that it calls `refused`. It is not called anew for what it has
    in hand. The settings are what the site's file says for the channel; a secret among them is revealed when it is
    used."""
    addressed: bool = False
    """It needs mail addresses: nothing is handed over where a policy names none."""
    digest: bool = True
    """Many news at once come as one notification; False: each comes alone."""
    needs: tuple[str, ...] = ()
    """Settings without which nothing can be handed over."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)


CAPABILITIES = ("identity", "kpis", "tables", "states", "traps", "syslog", "backup", "restore", "calls", "setup")
"""What a device type can do; each is *proven* or *documented*."""


@dataclass(frozen=True, slots=True)
class AlarmReport:
    """What a rule or a plugin's code reads out of a signal."""

    type: str
    object: str
    state: Transition
    text: str = ""
    severity: Severity | None = None
    """None: the alarm type's."""
    attributes: Mapping[str, str] | None = None
    detail: str = ""
    """What is added to the alarm type's title, where there is no text."""


NormaliseFunction: TypeAlias = Callable[[Signal], Iterable[AlarmReport] | None]
"""Plugin code that reads a signal; None: nothing to say, the rules decide. Isolated and timed by the host."""


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A kind of device: how to know it, what to ask, what its messages mean, how to save it."""

    name: str
    title: str
    like: str = ""
    """Another device type, of any plugin, whose parts this one has too (see plugin.inherit)."""
    snmp: bool = True
    """False: only up or down (ICMP, TCP)."""
    sys_object_ids: tuple[str, ...] = ()
    """Prefixes of sysObjectID; the longest match over all device types wins."""
    sys_descr: str = ""
    """A pattern that sysDescr must match too; empty: any."""
    descr_is_enough: bool = False
    """A device that shows no sysObjectID is of this type where sysDescr matches."""
    not_with: tuple[Sign, ...] = ()
    """What tells the devices of others that look like this type by sysObjectID and sysDescr; one of these is enough."""
    shown_by: tuple[Sign, ...] = ()
    """What every device of this type shows, where products share sysObjectID and sysDescr; one of these is enough."""
    found_by: tuple[Sign, ...] = ()
    """What makes a device one of this type that is of none by sysObjectID and sysDescr; one of these is enough."""
    identity: Identity = UNIDENTIFIED
    """Maker and system, and where model, serial number and release are read."""
    fallback: bool = False
    """Takes a device that answers SNMP and that no other type knows."""
    functions: tuple[str, ...] = ()
    """Functions that a device of this kind has unless the YAML says otherwise."""
    alarms: tuple[AlarmType, ...] = ()
    traps: tuple[TrapRule, ...] = ()
    ignored_traps: tuple[str, ...] = ()
    """Notifications that say nothing of a fault, one for each call, say: they are counted, and nothing is kept."""
    syslog: tuple[SyslogRule, ...] = ()
    states: tuple[StateRule, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    calls: tuple[CallHistory, ...] = ()
    """Tables of calls that are over; the first that the device has is read."""
    call_messages: tuple[CallMessage, ...] = ()
    """Messages about calls."""
    tables: tuple[ShownTable, ...] = ()
    """Show commands that are read where SNMP has no such figure."""
    cli: CliPlatform | None = None
    setup: tuple[SetupStep, ...] = ()
    """The device's own commands for what the agent needs of it."""
    personal: tuple[Redaction, ...] = ()
    """Where messages carry personal data (numbers, user names): masked in what leaves the site."""
    normalise: NormaliseFunction | None = None
    proven: tuple[str, ...] = ()
    """Of `CAPABILITIES` those that a capture of somebody else's device, or a real peer in the tests, has shown."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)
