"""Builds the `Component` of the model from a validated entry; applies its credentials, its order and its tier."""

from collections.abc import Mapping

from cmsp_agent.config.build import frozen, to_secret
from cmsp_agent.config.schema import components as schema
from cmsp_agent.config.schema.credentials import Credential, Snmp, Ssh
from cmsp_agent.config.secrets import SecretSource, secret
from cmsp_agent.model.component import (
    Agreement,
    BackupPlan,
    Component,
    HttpPlan,
    OrderedServices,
    PollPlan,
    ReachPlan,
    ServiceCheck,
    SnmpPlan,
    SshPlan,
    Threshold,
)
from cmsp_agent.model.credentials import Credentials, HttpCredential, SnmpCredential, SshCredential


def component(name: str, entry: schema.ComponentEntry, known: Mapping[str, Credentials]) -> Component:
    """Build one component.

    Args:
        name: Its name in the file.
        entry: Its entry with the groups applied.
        known: All credentials of the file.
    """
    return Component(
        name=name,
        addresses=entry.address,
        site=entry.site,
        type=entry.type,
        tier=entry.tier,
        credentials=_chosen([known[each] for each in entry.credentials]),
        people=entry.people,
        functions=frozen(dict(entry.functions)),
        redundancy=entry.redundancy or "",
        parent=entry.parent or "",
        poll=_poll(entry.poll),
        reach=_reach(entry.reach),
        snmp=_snmp_plan(entry.snmp),
        ssh=SshPlan(entry.ssh.port, entry.ssh.legacy, entry.ssh.login_timeout, entry.ssh.silence),
        http=HttpPlan(entry.http.port, entry.http.tls, entry.http.legacy, entry.http.profile or ""),
        backup=_backup(entry),
        thresholds=tuple(_threshold(kpi, limit) for kpi, limit in entry.thresholds.items()),
        ordered=_ordered(entry.services),
        support=Agreement(entry.support.contract, entry.support.until) if entry.support else None,
        authorisation=Agreement(entry.authorisation.letter, entry.authorisation.until) if entry.authorisation else None,
        end_of_life=entry.end_of_life,
        maintenance=tuple((window.name, window.when.text) for window in entry.maintenance),
    )


def _reach(section: schema.ReachSection) -> ReachPlan:
    sip = ((transport, int(port)) for transport, _, port in (each.partition(":") for each in section.sip))
    services = (
        *(ServiceCheck("tls", port) for port in section.tls),
        *(ServiceCheck("http", 0, url=url) for url in section.http),
        *(ServiceCheck("sip", port, transport) for transport, port in sip),
    )
    return ReachPlan(section.icmp, section.tcp, section.echoes, services)


def credentials(name: str, section: Credential, source: SecretSource) -> Credentials:
    """Build one entry of the file's credentials; built once, however many components name it.

    Args:
        name: As the file calls it.
        section: The entry.
        source: Where its secrets are read from, at use.
    """
    snmp, ssh, http = section.snmp, section.ssh, section.http
    return Credentials(
        _snmp(snmp, source, name) if snmp else None,
        _ssh(ssh, source) if ssh else None,
        HttpCredential(http.user, secret(http.password.name, source)) if http else None,
    )


def _chosen(named: list[Credentials]) -> Credentials:
    snmp = [each.snmp for each in named if each.snmp]
    ssh = next((each.ssh for each in named if each.ssh), None)
    http = next((each.http for each in named if each.http), None)
    return Credentials(snmp[0] if snmp else None, ssh, http, tuple(snmp[1:]))


def _snmp(section: Snmp, source: SecretSource, name: str) -> SnmpCredential:
    return SnmpCredential(
        version=section.version,
        community=to_secret(section.community, source),
        user=section.user or "",
        auth=section.auth or "",
        auth_key=to_secret(section.auth_key, source),
        priv=section.priv or "",
        priv_key=to_secret(section.priv_key, source),
        context=section.context or "",
        name=name,
    )


def _ssh(section: Ssh, source: SecretSource) -> SshCredential:
    return SshCredential(section.user, to_secret(section.password, source), to_secret(section.enable, source))


def _snmp_plan(section: schema.SnmpSettings) -> SnmpPlan:
    elsewhere = "" if section.answers_from == "component" else section.answers_from
    return SnmpPlan(section.port, section.engine, elsewhere, section.answers_with == "any")


def _poll(section: schema.Poll) -> PollPlan:
    """A timeout that nobody set leaves room for all tries within the interval."""
    timeout = min(2.0, section.every / (section.retries + 2)) if section.timeout is None else section.timeout
    return PollPlan(section.every, timeout, section.retries)


def _backup(entry: schema.ComponentEntry) -> BackupPlan:
    said = entry.services.backup
    if said is None:
        return BackupPlan()
    times = said.jitter, said.window, said.known_good_after, said.unsaved_after
    return BackupPlan(str(said.schedule), *times, upload=bool(said.upload))


def _ordered(section: schema.Services) -> OrderedServices:
    """What the order says, part by part; `backup: {restore: true}` is the older way to say `change: yes`."""
    backup, change = section.backup, section.change
    if change is None and backup is not None:
        change = backup.restore
    said: dict[str, str | bool | None] = {
        "kpis": section.kpis,
        "events": section.events,
        "incidents": section.incidents,
        "backup": None if backup is None else backup.enabled,
        "change": change,
        "problem": section.problem,
        "reports": section.reports,
    }
    levels = {
        part: ("yes" if level else "no") if isinstance(level, bool) else level
        for part, level in said.items()
        if level is not None
    }
    return OrderedServices(frozen(levels)) if levels else OrderedServices()


def _threshold(kpi: str, section: schema.ThresholdSection) -> Threshold:
    falling = section.when == "below"
    tenth = abs(section.raise_) / 10
    clear = section.raise_ + (tenth if falling else -tenth) if section.clear is None else section.clear
    return Threshold(kpi, section.raise_, clear, section.for_, section.severity, falling)
