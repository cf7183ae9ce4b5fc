"""The register of the agent's counters: what each counts, whether it means loss, and what its key is.

Status, heartbeat, metrics and the reference go by it. A counter that nobody declared fails a test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter, or those of one form where a part of the name is the receiver's, the kind's or the result's."""

    name: str
    """As it is counted; `*` stands for a part that varies."""
    help: str
    loss: bool = False
    """Something that the site, a person or the head-end gave us is gone, or was not done."""
    label: str = "reason"
    """What the key of a count names, where it has one."""


def _of(label: str, rows: dict[str, str], *, loss: bool) -> Iterator[Counter]:
    return (Counter(name, text, loss, label) for name, text in rows.items())


REGISTER: tuple[Counter, ...] = (
    *_of(
        "component",
        {
            "backups.manifest_copy_failed": "Copies of a manifest that could not be written",
            "inventory.not_stored": "Inventories that could not be stored",
            "polls.not_stored": "Polls whose outcome could not be stored",
            "polls.seen_well_not_stored": "Polls after which what was seen well could not be stored",
            "polls.unreadable": "Objects of polls whose value could not be decoded",
            "series.not_stored": "Samples of KPIs that could not be stored",
            "syslog.not_stored": "Syslog messages that could not be stored",
            "traps.not_stored": "Notifications that could not be stored",
            "traps.refused_of": "Notifications of a component that were refused, for whatever reason",
            "syslog.dropped": "Syslog messages dropped because the receive queue was full",
            "syslog.empty": "Syslog messages without content",
            "syslog.truncated": "Syslog messages cut because they were too long",
            "traps.dropped": "Notifications dropped because the receive queue was full",
            "traps.malformed": "Notifications that could not be read",
            "traps.unreadable": "Bindings of notifications whose value could not be decoded",
        },
        loss=True,
    ),
    *_of(
        "address",
        {
            "snmp.columns.cut": "Columns that had more rows than are read",
            "snmp.columns.failed": "Columns that could not be read",
            "snmp.objects.failed": "Objects that could not be read",
            "snmp.pages.lost": "Pages of a table that were not answered",
        },
        loss=True,
    ),
    *_of(
        "reason",
        {
            "cli.failed": "SSH sessions that failed",
            "events.dropped": "Signals dropped because too many waited for the database",
            "events.listener.failed": "Listeners that failed over an event",
            "events.not_stored": "Signals that could not be stored",
            "forwarder.damaged": "Records of the outbox that could not be read",
            "forwarder.dead_letters": "Records that the head-end refused",
            "forwarder.evicted": "Records evicted from the outbox to keep its budget",
            "forwarder.protocol_violations": "Answers of the head-end that violate its protocol or can't be read",
            "forwarder.storage_failed": "Times that the outbox could not be read or written",
            "notices.dropped": "Own events dropped because too many waited",
            "pipeline.batch.failed": "Batches over which the pipeline failed",
            "pipeline.signal.failed": "Signals over which the pipeline failed",
            "reload.refused": "Reloads refused; the old configuration stayed",
            "traps.refused": "Notifications refused: wrong community, user or key",
        },
        loss=True,
    ),
    *_of(
        "plugin",
        {
            "plugins.failed": "Calls of plugins that failed",
            "plugins.quarantined": "Plugins that are kept from loading",
            "plugins.refused": "Plugins that were not loaded",
            "plugins.misfits": "Answers of plugins that do not fit their hook",
            "plugins.unreadable_distributions": "Installed packages that could not be read",
        },
        loss=True,
    ),
    *_of(
        "database",
        {
            "storage.corrupt": "Databases found damaged",
            "storage.full": "Writes refused because the disk was full",
            "storage.groups_lost": "Groups of writes that a failed commit took along",
        },
        loss=True,
    ),
    *_of(
        "task",
        {
            "tasks.failed": "Tasks that failed and were started again",
        },
        loss=True,
    ),
    *_of(
        "component",
        {
            "backups.failed": "Backups that failed",
            "backups.refused": "Backups that a component does not get",
            "backups.stored": "Backups that brought something new",
            "backups.unchanged": "Backups equal to the one before",
            "filter.not_in_tier": "Events that the tier of a component does not get",
            "icmp.not_permitted": "Echoes that the kernel does not permit us",
            "polls.done": "Polls that were carried out",
            "polls.late": "Polls that began late",
            "polls.skipped": "Polls left out because the one before still ran",
            "syslog.continued": "Further lines of a message",
            "syslog.messages": "Syslog messages read",
            "tcp.not_permitted": "Connections that the kernel does not permit us",
            "time.stale_polls": "Outcomes of polls that were older than what is known",
            "traps.informs_answered": "Informs answered after the commit",
            "traps.received": "Notifications received",
            "traps.unauthenticated": "Notifications that nothing authenticates",
        },
        loss=False,
    ),
    *_of(
        "address",
        {
            "syslog.relayed": "Messages that a relay passed on",
            "syslog.split": "Messages that came several in a datagram",
            "traps.informs_repeated": "Informs sent again by a device that had no acknowledgement: each is one",
            "traps.relayed": "Notifications that a relay passed on",
        },
        loss=False,
    ),
    *_of(
        "reason",
        {
            "cli.sessions": "SSH sessions with devices",
            "correlate.clear_without_raise": "Clears of alarms that do not hold",
            "correlate.folded": "Repeats folded into their alarm",
            "events.signals": "Signals judged",
            "flapping.folded": "Changes folded into a flapping alarm",
            "forwarder.acknowledged": "Records that the head-end made durable",
            "forwarder.bytes": "Octets sent to the head-end",
            "forwarder.epochs": "Epochs begun",
            "forwarder.gaps": "Gaps told in place of records",
            "heartbeat.failed": "Heartbeats that were not answered",
            "heartbeat.sent": "Heartbeats that the head-end took",
            "normalise.unknown_component": "Messages of components that the file no longer names",
            "polls.failed": "Polls that got no answer, by the reason",
            "polls.partial": "Polls that were answered in part",
            "snmp.reports": "Reports of SNMPv3 engines",
            "snmp.socket_errors": "Errors that the kernel told of a peer",
            "time.late_duplicates": "Messages of a fault that had ended already",
            "time.repeats": "Messages that came again within seconds",
            "traps.reports": "SNMPv3 reports sent to askers",
        },
        loss=False,
    ),
    *_of(
        "plugin",
        {
            "loop.blocked": "Times that something held the event loop",
            "loop.starved": "Times that the machine kept the event loop from running",
        },
        loss=False,
    ),
    *_of(
        "database",
        {
            "storage.commits": "Transactions committed",
            "storage.room_made": "Times that room was made by deleting",
            "storage.wal_busy": "Checkpoints that readers held up",
            "storage.wal_truncated": "Checkpoints after which the log was cut",
        },
        loss=False,
    ),
    *_of(
        "rule",
        {
            "rules.dropped": "Events that a rule of the file dropped",
        },
        loss=False,
    ),
    *_of(
        "answer",
        {
            "forwarder.answers": "Answers of the head-end, by status",
        },
        loss=False,
    ),
    *_of(
        "message",
        {
            "normalise.no_rule": "Messages that no rule gives a meaning",
        },
        loss=False,
    ),
    *_of(
        "address",
        {
            "*.crowded_out": "Connections closed in favour of others",
            "*.half_frames": "Syslog messages that a connection's end cut off",
            "*.miscounted": "Octet counts that were wrong",
            "*.refused": "Connections refused because there were too many",
            "*.expired": "TLS handshakes that failed because the sender's certificate has expired or is not valid yet",
            "*.handshake_ended": "TLS handshakes that the sender did not finish",
            "*.handshake_failed": "TLS handshakes that failed for another reason",
            "*.no_certificate": "TLS handshakes without a certificate of the sender",
            "*.no_tls": "Connections to a TLS port that speak no TLS",
            "*.turned_away": "Connections refused for want of descriptors",
            "*.unknown_authority": "TLS handshakes with a certificate that is not of the accepted authority",
            "*.unknown_sender": "Messages of senders that are no component",
        },
        loss=True,
    ),
    *_of(
        "reason",
        {
            "*.acknowledge.failed": "Informs that could not be answered",
            "*.answers_failed": "Answers that could not be sent",
            "*.datagram.failed": "Messages over which the reader failed",
            "*.receive_errors": "Errors of a socket while receiving",
            "*.slice.failed": "Slices of messages that were read again one by one",
        },
        loss=True,
    ),
    *_of(
        "component",
        {
            "traps.other_*": "Notifications with another community or user than was agreed",
        },
        loss=False,
    ),
    *_of(
        "address",
        {
            "*.framing_errors": "Streams closed because their framing could not be read",
            "*.idle_closed": "Streams closed because they said nothing",
            "*.paused": "Streams that were made to wait",
            "*.truncated": "Messages of streams cut because they were too long",
            "*.unterminated": "Messages of streams that nothing ended",
            "snmp.answers.*": "Answers that were not taken, by what was odd about them",
            "snmp.engines.*": "Engines discovered, given up, asked by an unsigned time, gone back in boots",
            "snmp.requests.*": "Requests repeated, split, or kept back by a full buffer",
        },
        loss=False,
    ),
    *_of(
        "reason",
        {
            "*.datagrams": "Datagrams received",
            "*.messages": "Messages received over streams",
            "api.*": "Calls and connections of the API that were turned away",
            "*.failed": "Work that failed and was given up",
        },
        loss=False,
    ),
    *_of(
        "plugin",
        {
            "plugins.*": "Plugins, by state, and calls of theirs that took long",
        },
        loss=False,
    ),
)
"""The first that fits a name describes it: an exact name stands before a form that would fit it too."""


@lru_cache(maxsize=1_000)
def counter_of(name: str) -> Counter:
    """The declaration of a counter by the name that is counted.

    Raises:
        LookupError: nobody declared it.
    """
    for counter in REGISTER:
        if fnmatchcase(name, counter.name):
            return counter
    raise LookupError(f"the counter {name!r} is not declared in {__name__}")


UNDECLARED = Counter("", "Not declared")


def described(name: str) -> Counter:
    """The declaration, or one that says that there is none: whoever shows counters must not fail over a name."""
    try:
        return counter_of(name)
    except LookupError:
        return UNDECLARED
