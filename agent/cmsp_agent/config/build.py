"""Builds the agent's configuration from the validated file: units, totals, paths, secrets as `Secret`."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from cmsp_agent.config import configuration as done
from cmsp_agent.config.quantities import parse_bandwidth, parse_share
from cmsp_agent.config.schema import appliance, order, policy
from cmsp_agent.config.schema.sinks import SinkSection
from cmsp_agent.config.schema.site_file import SiteFile
from cmsp_agent.config.secrets import SecretSource, secret
from cmsp_agent.config.tree import SecretReference
from cmsp_agent.config.windows import Weekly, parse_weekly
from cmsp_agent.model.notification import ChannelSettings
from cmsp_agent.model.secret import Secret

V = TypeVar("V")
_Settings: TypeAlias = Mapping[str, SecretReference | str | int | float | bool | None]


def frozen(mapping: Mapping[str, V]) -> Mapping[str, V]:
    """A copy that can't be changed."""
    return MappingProxyType(dict(mapping))


def to_secret(reference: SecretReference | None, source: SecretSource) -> Secret | None:
    """The secret that a reference means, to be read at use."""
    return secret(reference.name, source) if reference else None


def appliance_settings(section: appliance.Appliance) -> done.ApplianceSettings:
    """The appliance's own settings."""
    return done.ApplianceSettings(
        name=section.name,
        id=section.id or section.name,
        state=Path(section.storage.state),
        backups=Path(section.storage.backups),
        secrets=Path(section.secrets),
        events_budget=section.storage.budget.events,
        outbox_budget=section.storage.budget.outbox,
        language=section.language,
        next_hops=section.next_hop or (),
        recovery_key=Path(section.storage.recovery_key) if section.storage.recovery_key else None,
    )


def tls_files(section: appliance.Tls | None, beside: Path) -> done.TlsFiles | None:
    """Files of a TLS identity; relative names lie beside the configuration file."""
    if section is None:
        return None
    return done.TlsFiles(beside / section.certificate, beside / section.key, beside / section.ca)


def headend(section: appliance.Headend, beside: Path) -> done.HeadendSettings:
    """The provider's side of the link."""
    pace = parse_share(section.pace) if section.pace.endswith("%") else parse_bandwidth(section.pace)
    tls = tls_files(section.tls, beside)
    return done.HeadendSettings(section.urls, section.tunnel, pace, section.heartbeat, tls, section.device_access)


def api(section: appliance.Api, beside: Path) -> done.ApiSettings:
    """The agent's HTTP interface."""
    return done.ApiSettings(
        section.listen,
        Path(section.socket),
        tls_files(section.tls, beside),
        frozen(dict(section.roles)),
        frozenset(section.revoked),
    )


def build_order(section: order.OrderSection) -> done.Order:
    """The order, in short."""
    return done.Order(
        section.id or "",
        section.effective,
        section.ends,
        section.activation,
        section.components or 0,
        section.sru,
        section.warn_before,
    )


def customer(site_file: SiteFile) -> done.CustomerSettings:
    """The customer's totals; what the file does not say is what it names."""
    said = site_file.customer
    people = sum(site.people for site in site_file.sites.values())
    return done.CustomerSettings(
        name=said.name or "",
        people=people if said.people is None else said.people,
        sites=len(site_file.sites) if said.sites is None else said.sites,
        components=len(site_file.components) if said.components is None else said.components,
    )


def contacts(section: Mapping[str, order.ContactSection]) -> Mapping[str, done.Contact]:
    """Contacts by name."""
    return frozen({key: done.Contact(one.name or "", one.email or "", one.phone or "") for key, one in section.items()})


def sites(section: order.Sites) -> Mapping[str, done.Site]:
    """Sites by name."""
    return frozen({name: _site(name, site) for name, site in section.items()})


def _site(name: str, site: order.SiteSection) -> done.Site:
    hours: Weekly = site.hours or parse_weekly("24x7")
    windows = tuple(done.MaintenanceWindow(window.name, window.when) for window in site.maintenance)
    return done.Site(name, site.people, ZoneInfo(site.timezone), hours, windows, site.source or "", site.emergency)


def listeners(section: appliance.ListenersSection, beside: Path) -> done.Listeners:
    """Where things are received. Syslog over TCP follows syslog over UDP unless the file says otherwise."""
    follows = "syslog" in section.model_fields_set and "syslog_tcp" not in section.model_fields_set
    tcp = section.syslog if follows else section.syslog_tcp
    return done.Listeners(section.traps, section.syslog, tcp, section.syslog_tls, tls_files(section.tls, beside))


def retention(section: appliance.RetentionSection) -> done.Retention:
    """How long things are kept."""
    series, backups = section.series, section.backups
    return done.Retention(
        section.events,
        series.raw,
        series.five_minutes,
        series.hourly,
        done.BackupsKept(backups.last, backups.daily, backups.weekly, backups.monthly, backups.yearly),
    )


def discovery(section: policy.DiscoverySection) -> done.Discovery:
    """Where unknown devices are looked for."""
    return done.Discovery(section.subnets, section.exclude, section.seeds, section.rate, section.credentials)


def notification(section: policy.NotificationSection) -> done.NotificationPolicy:
    """Who is notified of what."""
    return done.NotificationPolicy(
        to=section.to,
        by=section.by,
        priorities=section.when.priority,
        sites=section.when.site,
        components=section.when.component,
        updates=frozen({str(priority): each for priority, each in section.updates.items()}),
        escalate=frozen({str(priority): each for priority, each in section.escalate.items()}),
        quiet=frozen({str(priority): each for priority, each in section.quiet.items()}),
    )


def channels(site_file: SiteFile, source: SecretSource) -> Mapping[str, ChannelSettings]:
    """What the file says for each notification channel, by the channel's name."""
    given = {**site_file.channels, **_smtp(site_file.smtp), **_webhook(site_file.webhook)}
    return frozen({name: _channel(settings, source) for name, settings in given.items()})


def sinks(sections: Mapping[str, SinkSection], source: SecretSource) -> Mapping[str, done.SinkSettings]:
    """Where records go beside the head-end."""

    def option(value: str | SecretReference) -> str | Secret:
        return secret(value.name, source) if isinstance(value, SecretReference) else value

    made = {
        name: done.SinkSettings(section.kind, frozen({key: option(value) for key, value in section.options.items()}))
        for name, section in sections.items()
    }
    return frozen(made)


def _smtp(section: appliance.Smtp | None) -> Mapping[str, _Settings]:
    if section is None:
        return {}
    login: _Settings = {"user": section.user, "password": section.password, "tls": section.tls}
    access: _Settings = {"host": section.host, "port": section.port, "from": section.from_, "timeout": section.timeout}
    return {"smtp": {**login, **access}}


def _webhook(section: appliance.WebhookSection | None) -> Mapping[str, _Settings]:
    return {"webhook": {"url": section.url, "token": section.token, "timeout": section.timeout}} if section else {}


def _channel(settings: _Settings, source: SecretSource) -> ChannelSettings:
    said = {key: value for key, value in settings.items() if value is not None}
    return frozen(
        {key: secret(one.name, source) if isinstance(one, SecretReference) else one for key, one in said.items()}
    )


def privacy(section: appliance.PrivacySection) -> done.PrivacySettings:
    """What leaves the site."""
    return done.PrivacySettings(section.mask_numbers, section.telemetry)
