"""A counter or a gauge of the agent as it is declared: what it counts, whether it means loss, what its key names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


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
    alarm: str = ""
    """The alarm type that tells of the loss; empty where it is no loss, or one that is in the nature of the thing."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One gauge, or those of one form. The part that varies becomes the label's value."""

    name: str
    """As it is published in the agent."""
    metric: str
    """As `/v1/metrics` shows it."""
    help: str
    label: str = ""


def declared(label: str, rows: Mapping[str, str], *, loss: bool = False) -> Iterator[Counter]:
    """Counters that share a label: name → what it counts."""
    return (Counter(name, text, loss, label, _alarm(name) if loss else "") for name, text in rows.items())


LOSING = "agent.losing"
_OWN_ALARMS = {
    "messages.lost": (
        *("syslog.dropped", "syslog.not_stored", "traps.dropped", "traps.not_stored", "traps.malformed"),
        *("*.half_frames", "*.refused", "*.expired", "*.no_certificate", "*.no_tls", "*.unknown_authority"),
        *("*.framing_errors", "*.handshake_failed"),
    ),
    "storage.lost": ("events.not_stored",),
    "storage.corrupt": ("storage.corrupt",),
    "outbox.damaged": ("forwarder.damaged",),
    "outbox.evicted": ("forwarder.evicted",),
    "headend.record_refused": ("forwarder.dead_letters",),
    "configuration.differs": ("reload.refused",),
    "backup.failed": ("cli.failed",),
    "notification.refused": ("notifications.refused",),
    "component.degraded": ("snmp.objects.failed", "snmp.columns.failed", "snmp.pages.lost"),
    "": (
        # what devices send, and what is read of it in part: a person looks for it at the component
        *("polls.unreadable", "traps.unreadable", "syslog.empty", "syslog.truncated", "snmp.columns.cut"),
        *("traps.refused", "traps.refused_of", "*.unknown_sender", "*.miscounted", "*.handshake_ended"),
        # read again one by one: nothing is gone
        "*.slice.failed",
    ),
}
"""Alarm types with the counters of loss that they report; every other one is reported by `agent.losing`."""


def _alarm(name: str) -> str:
    return next((alarm for alarm, names in _OWN_ALARMS.items() if name in names), LOSING)
