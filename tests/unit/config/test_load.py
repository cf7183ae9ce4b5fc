"""What a good file becomes: forms, defaults, groups, tiers, notes."""

from pathlib import Path

import pytest

from cmsp_agent.config.addresses import HostPort
from cmsp_agent.config.load import read_appliance, read_document
from cmsp_agent.config.schema.site_file import json_schema
from cmsp_agent.config.show import as_yaml, values_in_force
from cmsp_agent.model.component import BackupPlan, Component, PollPlan, Threshold, Tier
from cmsp_agent.model.entitlement import ServicePart, entitlement, gets
from cmsp_agent.model.errors import ConfigurationError
from tests.unit.config.builders import MINIMAL, Known, load, load_configuration, write


def component(folder: Path, settings: str, more: str = "") -> Component:
    return load(folder, f"{MINIMAL}  x: {{address: 10.0.0.9, site: lyon, {settings}}}\n{more}").components["x"]


def test_the_example_of_the_contract_loads_as_it_is(shared: Path) -> None:
    configuration = load_configuration(shared / "site.example.yaml", Known())
    gateway = configuration.components["gw-paris-1"]
    assert gateway.credentials.snmp
    assert gateway.credentials.ssh
    assert (gateway.credentials.snmp.auth, gateway.credentials.snmp.priv) == ("SHA-256", "AES-128")
    assert gateway.backup == BackupPlan("daily 02:00")
    assert gateway.ordered.levels == {"backup": "yes", "change": "yes"}
    assert gateway.thresholds == (Threshold("cpu.load", 85, 70, 300, "major"),)
    assert gateway.primary_functions == {"pstn", "emergency"}
    assert not gets(configuration.components["sbc-paris"], ServicePart.BACKUP)
    assert (configuration.customer.people, configuration.customer.sites, configuration.customer.components) == (
        400,
        4,
        8,
    )
    assert configuration.appliance.events_budget == 4 * 2**30
    assert configuration.retention.events == 90 * 86400
    assert configuration.sites["paris"].hours.covers(0, 9, 0)
    assert configuration.listen.traps == (HostPort("", 162),)
    assert configuration.headend.pace == 0.25
    assert "order.sru" in {note.path for note in configuration.notes}
    assert all(note.line and note.text for note in configuration.notes)


def test_a_group_on_a_type_applies_when_the_device_is_identified(tmp_path: Path) -> None:
    text = f"{MINIMAL}groups: [{{match: {{type: 'cisco_*'}}, set: {{poll: 7s, credentials: ro}}}}]\n"
    configuration = load(tmp_path, text)
    assert configuration.components["gw-1"].poll.every == 60
    found = configuration.identified("gw-1", "cisco_ios")
    assert found.poll.every == 7
    assert found.credentials.snmp
    assert configuration.identified("gw-1", "generic_snmp").poll.every == 60


def test_the_smallest_file(tmp_path: Path) -> None:
    configuration = load(tmp_path, "appliance: {name: lab}\n")
    assert dict(configuration.components) == {}
    assert configuration.appliance.id == "lab"
    assert configuration.notes == ()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("credentials: ro", ("2c", None)),
        ("credentials: [cli, ro]", ("2c", "cmsp")),
        ("credentials: []", (None, None)),
    ],
)
def test_credentials_by_name(tmp_path: Path, settings: str, expected: tuple[str | None, str | None]) -> None:
    found = component(tmp_path, settings).credentials
    assert (found.snmp and found.snmp.version, found.ssh and found.ssh.user) == expected


@pytest.mark.parametrize(
    ("written", "version", "auth", "priv"),
    [
        (
            "version: 3, user: u, auth: sha, auth_key: !secret a, priv: aes, priv_key: !secret b",
            "3",
            "SHA-1",
            "AES-128",
        ),
        (
            "version: v3, user: u, auth: SHA256, auth_key: !secret a, priv: AES256, priv_key: !secret b",
            "3",
            "SHA-256",
            "AES-256",
        ),
        ("version: '3', user: u, auth: sha2-512, auth_key: !secret a", "3", "SHA-512", ""),
        ("version: 3, user: 1234", "3", "", ""),
        ("version: 2, community: !secret a", "2c", "", ""),
        ("version: v2c, community: !secret a", "2c", "", ""),
        ("version: 1, community: !secret a", "1", "", ""),
        (
            "version: 3, user: u, auth: MD5, auth_key: !secret a, priv: aes-256-c, priv_key: !secret b",
            "3",
            "MD5",
            "AES-256-C",
        ),
    ],
)
def test_forms_of_snmp_credentials(tmp_path: Path, written: str, version: str, auth: str, priv: str) -> None:
    text = MINIMAL.replace("version: 2c, community: !secret ro", written)
    snmp = (
        load(tmp_path, f"{text}  x: {{address: 10.0.0.9, site: lyon, credentials: ro}}\n")
        .components["x"]
        .credentials.snmp
    )
    assert snmp
    assert (snmp.version, snmp.auth, snmp.priv) == (version, auth, priv)


def test_several_addresses_of_both_families(tmp_path: Path) -> None:
    several = "{address: [10.0.0.8, '2001:DB8::8', gw.example], site: paris}"
    text = f"{MINIMAL}  y: {several}\n  z: {{address: 2001:db8::9, site: paris}}\n"
    components = load(tmp_path, text).components
    assert components["y"].addresses == ("10.0.0.8", "2001:db8::8", "gw.example")
    assert components["z"].address == "2001:db8::9"


@pytest.mark.parametrize(
    ("settings", "functions"),
    [
        ("functions: pstn", {"pstn": "primary"}),
        ("functions: [pstn, fax]", {"pstn": "primary", "fax": "primary"}),
        ("functions: {fax: secondary}", {"fax": "secondary"}),
    ],
)
def test_forms_of_functions(tmp_path: Path, settings: str, functions: dict[str, str]) -> None:
    assert component(tmp_path, settings).functions == functions


@pytest.mark.parametrize(
    ("settings", "plan"),
    [
        ("services: {backup: hourly}", BackupPlan("hourly :00")),
        (
            "services: {backup: {jitter: 10m, window: 2h, known_good_after: 3d}}",
            BackupPlan(jitter=600, window=7200, known_good_after=259_200),
        ),
    ],
)
def test_when_a_configuration_is_saved(tmp_path: Path, settings: str, plan: BackupPlan) -> None:
    assert component(tmp_path, settings).backup == plan


@pytest.mark.parametrize(
    ("settings", "backup", "change"),
    [
        ("tier: managed", "yes by tier", "yes by tier"),
        ("tier: monitored-only", "no by tier", "no by tier"),
        ("services: {backup: false}", "no by order", "yes by tier"),
        ("services: {backup: {restore: no}}", "yes by order", "no by order"),
        ("services: {backup: hourly, change: no}", "yes by order", "no by order"),
        ("tier: end-of-life, services: {backup: true}", "yes by order", "no by tier"),
        ("tier: end-of-life, services: {backup: {restore: true}}", "yes by order", "yes by order"),
        ("tier: third-party", "partner by tier", "no by tier"),
        ("tier: third-party, authorisation: LOA-1", "partner by tier", "no by tier"),
        ("tier: third-party, services: {backup: true}", "partner by letter of authorisation", "no by tier"),
        ("tier: third-party, authorisation: LOA-1, services: {backup: true}", "yes by order", "no by tier"),
    ],
)
def test_the_order_comes_first_then_the_tier(tmp_path: Path, settings: str, backup: str, change: str) -> None:
    found = component(tmp_path, settings)
    for part, expected in ((ServicePart.BACKUP, backup), (ServicePart.CHANGE, change)):
        given = entitlement(found, part)
        assert f"{given.level} by {given.source}" == expected


@pytest.mark.parametrize(
    ("settings", "poll"),
    [
        ("poll: 30s", PollPlan(30, 2, 2)),
        ("poll: {every: 1s}", PollPlan(1, 0.25, 2)),
        ("poll: {every: 500ms, timeout: 100ms, retries: 0}", PollPlan(0.5, 0.1, 0)),
    ],
)
def test_polls_leave_room_for_their_tries(tmp_path: Path, settings: str, poll: PollPlan) -> None:
    assert component(tmp_path, settings).poll == poll


def test_thresholds_in_short(tmp_path: Path) -> None:
    (threshold,) = component(tmp_path, "thresholds: {cpu.load: 80}").thresholds
    assert (threshold.raise_at, threshold.clear_at, threshold.for_) == (80, 72, 0)


def test_groups_lay_defaults_under_a_component(tmp_path: Path) -> None:
    groups = """\
groups:
  - {match: {site: lyon}, set: {tier: best-effort, poll: {every: 30s, retries: 1}, thresholds: {cpu: 80}, people: 3}}
  - {match: {name: [x, gw-*]}, set: {poll: {retries: 0}, thresholds: {memory: 90}}}
  - {match: {site: paris}, set: {people: 9}}
"""
    found = component(tmp_path, "people: 5, poll: {every: 20s}", groups)
    assert (found.tier, found.people, found.poll) == (Tier.BEST_EFFORT, 5, PollPlan(20, 2, 0))
    assert [threshold.kpi for threshold in found.thresholds] == ["cpu", "memory"]


@pytest.mark.parametrize(
    ("written", "traps", "syslog_tcp"),
    [
        ("{traps: 0, syslog: 0}", ["0"], ["0"]),
        ("{traps: '127.0.0.1:1162', syslog: '[::1]:1514'}", ["127.0.0.1:1162"], ["[::1]:1514"]),
        ("{traps: {address: '::', port: 0}, syslog_tcp: off}", ["[::]:0"], []),
        ("{traps: false, syslog: 1514, syslog_tcp: 1515}", [], ["1515"]),
        ("{traps: ['10.0.0.1:162', 1162, 1162], syslog: [514]}", ["10.0.0.1:162", "1162"], ["514"]),
    ],
)
def test_forms_of_listeners(tmp_path: Path, written: str, traps: list[str], syslog_tcp: list[str]) -> None:
    listen = load(tmp_path, f"{MINIMAL}listen: {written}\n").listen
    assert [[str(each) for each in places] for places in (listen.traps, listen.syslog_tcp)] == [traps, syslog_tcp]


def test_off_stands_alone(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="off stands alone"):
        load(tmp_path, f"{MINIMAL}listen: {{traps: [162, off]}}\n")


def test_files_lie_beside_the_configuration(tmp_path: Path) -> None:
    tls = "{certificate: c.pem, key: /etc/k.pem, ca: ca.pem}"
    configuration = load(
        tmp_path, f"{MINIMAL}api: {{listen: '[::1]:0', tls: {tls}, roles: {{'urn:cmsp:noc': admin}}}}\n"
    )
    assert configuration.api.tls
    assert configuration.api.tls.certificate == tmp_path / "c.pem"
    assert configuration.api.tls.key == Path("/etc/k.pem")
    assert configuration.api.roles == {"urn:cmsp:noc": "admin"}


def test_totals_default_to_what_the_file_names(tmp_path: Path) -> None:
    customer = load(tmp_path, MINIMAL).customer
    assert (customer.people, customer.sites, customer.components) == (15, 2, 1)


def test_more_components_than_ordered_are_noted_not_refused(tmp_path: Path) -> None:
    notes = load(tmp_path, f"{MINIMAL}order: {{components: 0}}\n").notes
    assert [note.text for note in notes] == [
        "the order counts 0 components, this file names 1: flagged, all are watched"
    ]


@pytest.mark.parametrize(
    ("policy", "more", "noted"),
    [
        ("{to: a@example.net}", "", [("notify.by", "smtp")]),
        ("[{to: a@example.net, by: [smtp, webhook]}]", "", [("notify[0].by", "smtp"), ("notify[0].by", "webhook")]),
        ("{to: a@example.net}", "smtp: {host: mail.example.net, from: b@example.net}\n", []),
    ],
)
def test_a_channel_that_the_file_says_nothing_of_is_noted(
    tmp_path: Path, policy: str, more: str, noted: list[tuple[str, str]]
) -> None:
    notes = load(tmp_path, f"{MINIMAL}notify: {policy}\n{more}").notes
    assert [(note.path, note.text.split("`")[1]) for note in notes] == noted


def test_a_head_end_without_an_identity_towards_it_is_noted(tmp_path: Path) -> None:
    notes = load(tmp_path, f"{MINIMAL}headend: {{urls: ['https://h'], tunnel: external}}\n").notes
    assert ("headend.urls", "without headend.tls") in {(note.path, note.text[:19]) for note in notes}


def test_what_is_not_carried_out_yet_is_noted_where_it_stands(tmp_path: Path) -> None:
    settings = "thresholds: {cpu: 80}, services: {backup: {restore: false}}"
    text = f"""{MINIMAL}  x: {{address: 10.0.0.9, site: lyon, {settings}}}
contacts: {{noc: {{phone: "1"}}}}
listen: {{syslog_tls: off}}
privacy: {{telemetry: true}}
"""
    notes = [(note.line, note.path) for note in load(tmp_path, text).notes]
    assert notes == [(9, "contacts.noc.phone"), (11, "privacy.telemetry")]


def test_the_appliance_is_known_before_the_rest_is_right(tmp_path: Path) -> None:
    path = write(tmp_path, "appliance: {name: lab, storage: {state: /srv/agent}}\ncomponents: {x: {}}\n")
    assert read_appliance(path).state == Path("/srv/agent")
    assert read_appliance(write(tmp_path, "appliance: {}\n")).state == Path("/var/lib/cmsp-agent")


def test_each_value_in_force_has_its_origin(tmp_path: Path) -> None:
    text = f"{MINIMAL}groups: [{{match: {{}}, set: {{people: 3}}}}]\n"
    document = read_document(write(tmp_path, text))
    shown = {".".join(map(str, value.path)): value.said_by for value in values_in_force(document)}
    assert shown["components.gw-1.address"] == "line 7"
    assert shown["components.gw-1.people"] == "groups[0], line 8"
    assert shown["components.gw-1.tier"] == "default"


def test_what_is_shown_is_a_file_that_means_the_same(tmp_path: Path, shared: Path) -> None:
    document = read_document(shared / "site.example.yaml")
    text = as_yaml(list(values_in_force(document)))
    again = read_document(write(tmp_path, text))
    assert again.entries == document.entries
    assert again.site_file.sites == document.site_file.sites
    assert max(len(line) for line in text.splitlines()) <= 80


def test_the_published_schema_describes_itself() -> None:
    schema = json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["additionalProperties"] is False
    assert {"appliance", "components", "listen"} <= set(schema["properties"])
