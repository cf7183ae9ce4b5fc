"""Hold the agent's figures against what the site really emitted and what the head-end really has. Reads, never acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.lab.agent.picture import AgentFigures
from tests.lab.headend.store import Stored
from tests.lab.site import happenings
from tests.lab.site.ledger import Kind, Ledger

MEANT = {
    happenings.COLD_START: "device.restarted",
    happenings.LINK_DOWN: "link.down",
    happenings.LINK_UP: "link.down",
    happenings.LAYER2_CHANGE: "isdn.layer2.down",
    happenings.LINE_STATUS_CHANGE: "ds1.down",
    happenings.RUNNING_CONFIG_CHANGED: "config.changed",
    happenings.ON_BATTERY: "ups.on_battery",
    "CONTROLLER-5-UPDOWN": "ds1.down",
    "LINK-3-UPDOWN": "link.down",
    "ISDN-6-LAYER2DOWN": "isdn.layer2.down",
    "ISDN-6-LAYER2UP": "isdn.layer2.down",
    "SYS-5-CONFIG_I": "config.changed",
    "SYS-5-RESTART": "device.restarted",
}
"""Which type of event a notification or a mnemonic belongs to."""

SOURCES = {Kind.TRAP: "trap", Kind.INFORM: "trap", Kind.SYSLOG: "syslog"}


@dataclass(frozen=True, slots=True)
class Check:
    """One figure that must be right: what really was, and what the other side says."""

    label: str
    wanted: int
    found: int
    at_least: bool = False
    detail: str = ""

    @property
    def right(self) -> bool:
        """Whether nothing is missing."""
        return self.found >= self.wanted if self.at_least else self.found == self.wanted


@dataclass(frozen=True, slots=True)
class HeadendFigures:
    """What the head-end has."""

    records: Sequence[Stored]
    durable: int
    holes: int

    def of(self, kind: str) -> list[Mapping[str, object]]:
        """The data of the records of one type."""
        return [record.data for record in self.records if record.type == kind]


def checks(ledger: Ledger, agent: AgentFigures, headend: HeadendFigures) -> list[Check]:
    """Every figure of the demonstration that must agree."""
    reported = {record.id for record in headend.records if record.type == "cmsp.event.v1"}
    needed, found = _reports(ledger), set(_reports_at_headend(headend.of("cmsp.event.v1")))
    missing = sorted(" ".join(one) for one in needed - found)
    runs = headend.of("cmsp.backup.v1")
    answered = {device for (device, what), count in ledger.counts.items() if what == "snmp.answered" and count}
    return [
        Check("SNMP devices: answered polls at the site, up", len(answered), agent.snmp_up),
        Check(
            "traps and informs: sent by the site, received",
            ledger.emitted_of(Kind.TRAP, Kind.INFORM),
            agent.traps,
            True,
        ),
        Check(
            "informs: sent, acknowledged to the device",
            ledger.emitted_of(Kind.INFORM),
            ledger.total("inform.acknowledged"),
        ),
        Check("syslog lines: sent by the site, received", ledger.emitted_of(Kind.SYSLOG), agent.syslog),
        Check(
            "kinds of message: sent, known to the head-end",
            len(needed),
            len(needed & found),
            detail=", ".join(missing),
        ),
        Check("events: stored by the agent, at the head-end", len(agent.events), len(reported & set(agent.events))),
        Check("SSH logins at the site, backups reported", ledger.total("ssh.accepted"), len(runs)),
        Check(
            "versions of configurations: stored, reported",
            agent.backups,
            sum(run["result"] == "stored" for run in runs),
        ),
        Check("records: in the agent's outbox, acknowledged", agent.recorded, agent.acknowledged),
        Check("records: acknowledged, really at the head-end", headend.durable, len(headend.records)),
        Check("records missing at the head-end", 0, headend.holes),
    ]


def _reports(ledger: Ledger) -> set[tuple[str, str, str]]:
    return {(one.device, MEANT[one.what], SOURCES[one.kind]) for one in ledger.emitted}


def _reports_at_headend(events: Iterable[Mapping[str, object]]) -> Iterable[tuple[str, str, str]]:
    for event in events:
        sources = event["sources"]
        assert isinstance(sources, list)
        yield from ((str(event["component"]), str(event["type"]), str(source)) for source in sources)
