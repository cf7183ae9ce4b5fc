"""What is wrong in a file is reported all at once, each by file, line and path, with the way out."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from cmsp_agent.config.brought import Brought
from cmsp_agent.config.device_types import check_types
from cmsp_agent.config.file_text import MOST_BYTES
from cmsp_agent.config.kpi_names import idle_thresholds
from cmsp_agent.config.load import read_document
from cmsp_agent.model.errors import ConfigurationError
from tests.unit.config.builders import MINIMAL, Known, complaints, load, load_configuration, write

SHIPPED = sorted(
    point.name for point in entry_points(group="cmsp_agent.plugins") if point.name not in {"smtp", "webhook"}
)
REST = "address: 10.0.0.2, site: paris"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("gw-2: {site: paris}", "8: components.gw-2: required key 'address' is missing"),
        ("gw-2: {address: 10.0.0.2}", "8: components.gw-2: required key 'site' is missing"),
        ("gw-2: 10.0.0.2", "8: components.gw-2: a mapping (key: value) is wanted (got '10.0.0.2')"),
        (
            "gw-2: {address: 10.0.0.256, site: paris}",
            "8: components.gw-2.address[0]: not a valid IPv4 or IPv6 address (got '10.0.0.256')",
        ),
        (
            "gw-2: {address: [], site: paris}",
            "8: components.gw-2.address: an empty list: at least one is wanted (got a list)",
        ),
        (
            "gw-2: {adress: x, address: 10.0.0.2, site: paris}",
            "8: components.gw-2.adress: unknown key 'adress'; did you mean 'address'?",
        ),
        (
            "gw-2: {adress: , address: 10.0.0.2, site: paris}",
            "8: components.gw-2.adress: unknown key 'adress'; did you mean 'address'?",
        ),
        (
            "gw-2: {address: 10.0.0.2, site: pari}",
            "8: components.gw-2.site: there is no site 'pari' under sites; did you mean 'paris'?",
        ),
        ("gw-2: {%s, tier: manged}", "did you mean 'managed'? (got 'manged')"),
        ("gw-2: {%s, credentials: [ro, clii]}", "there is no credential 'clii' under credentials; did you mean 'cli'?"),
        ("gw-2: {%s, parent: gw-3}", "there is no component 'gw-3' under components; did you mean 'gw-"),
        ("gw-2: {%s, parent: gw-2}", "8: components.gw-2.parent: a loop of parents: gw-2 → gw-2"),
        (
            "gw-2: {address: 10.0.0.1, site: paris}",
            "8: components.gw-2.address: 10.0.0.1 is the address of 'gw-1' too (line 7)",
        ),
        ("gw-2: {address: '::ffff:10.0.0.1', site: paris}", "10.0.0.1 is the address of 'gw-1' too (line 7)"),
        ("gw-2: {address: [10.0.0.2, 10.0.0.2], site: paris}", "10.0.0.2 is twice in this list"),
        ("gw-1: {address: 10.0.0.2, site: paris}", "8:3: components.gw-1: duplicate key (first on line 7)"),
        ("gw-2: {%s, people: sixty}", "8: components.gw-2.people: a whole number is wanted (got 'sixty')"),
        ("gw-2: {%s, people: true}", "components.gw-2.people: a whole number is wanted (got true)"),
        ("gw-2: {%s, people: -1}", "must be 0 or more (got -1)"),
        ("gw-2: {%s, poll: 60}", "8: components.gw-2.poll.every: not a duration: write 30s, 5m, 2h or 7d (got 60)"),
        ("gw-2: {%s, poll: {every: 1s, timeout: 2s}}", "1 x 2 s of waiting do not fit into a poll every 1 s"),
        ("gw-2: {%s, thresholds: {cpu: {raise: 70, clear: 70}}}", "thresholds.cpu.clear: must be below raise (70)"),
        ("gw-2: {%s, services: {backup: dayly 02:00}}", "services.backup.schedule: not a schedule"),
        ("gw-2: {%s, support: {contract: X, until: 2026-02-30}}", "no such day in the calendar (got '2026-02-30')"),
        ("gw-2: {%s, functions: {pstn: first}}", "not one of primary, secondary (got 'first')"),
        ("gw/2: {address: 10.0.0.2, site: paris}", "8: components.gw/2: not a name"),
        ("gw-2: {%s, type: !secret x}", "no secret belongs here"),
    ],
)
def test_a_mistake_in_a_component(tmp_path: Path, line: str, complaint: str) -> None:
    (found,) = complaints(tmp_path, f"{MINIMAL}  {line.replace('%s', REST)}\n")
    assert complaint in found


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "order: {effective: 2026-01-10, ends: 2025-01-09}",
            "8: order.ends: before the order is effective (2026-01-10) (got '2025-01-09')",
        ),
        ("headend: {urls: ['http://h']}", "8: headend.urls[0]: not an https:// URL with a host"),
        ("headend: {tunnel: openvpn}", "8: headend.tunnel: not one of wireguard, external (got 'openvpn')"),
        ("api: {roles: {'urn:x': root}}", "not one of observer, operator, engineer, admin (got 'root')"),
        (
            "groups: [{match: {site: parris}, set: {people: 1}}]",
            "8: groups[0].match.site: matches no site; did you mean 'paris'? (got 'parris')",
        ),
        (
            "groups: [{match: {}, set: {credentials: roo}}]",
            "8: groups[0].set.credentials: there is no credential 'roo' under credentials; did you mean 'ro'?",
        ),
        ("groups: [{match: {}, set: {address: 10.0.0.9}}]", "8: groups[0].set.address: unknown key 'address'"),
        (
            "discovery: {seeds: [gw-7]}",
            "8: discovery.seeds: neither a component nor an address; did you mean 'gw-1'? (got 'gw-7')",
        ),
        (
            "discovery: {subnets: 10.1.0.1/24}",
            "an address inside a subnet, not a subnet: 10.1.0.0/24 is meant? (got '10.1.0.1/24')",
        ),
        ("discovery: {subnets: [10.1.0.0/24, 127.0.0.0/8]}", "127.0.0.0/8 is loopback: no device of a site is there"),
        ("notify: [{to: partner}]", "8: notify[0].to: neither a contact nor a mail address (got 'partner')"),
        (
            "notify: [{to: a@b, when: {priority: P5}}]",
            "8: notify[0].when.priority[0]: not one of P1, P2, P3, P4 (got 'P5')",
        ),
        (
            "listen: {traps: 99999}",
            "8: listen.traps: not a port from 0 to 65535: write 162, or 10.1.0.2:162 (got 99999)",
        ),
        ("apliance: {}", "8: apliance: unknown key 'apliance'; did you mean 'appliance'?"),
        (
            "retention: [1]",
            "8: retention: a mapping (key: value) is wanted: write the names without '- ' before them (got a list)",
        ),
        ("privacy: {telemetry: maybe}", "8: privacy.telemetry: true or false is wanted (got 'maybe')"),
    ],
)
def test_a_mistake_elsewhere(tmp_path: Path, text: str, complaint: str) -> None:
    (found,) = complaints(tmp_path, f"{MINIMAL}{text}\n")
    assert complaint in found


TWENTY = """\
appliance: {nme: lab, language: de}
headend: {urls: ["http://10.0.0.1"], pace: 250%}
order: {effective: 2026-01-10, ends: 2025-01-09, components: many}
sites:
  paris: {people: -4, timezone: Europe/Pari, hours: Mon-Fir 08:00-18:00}
credentials:
  ro: {snmp: {version: 3, user: cmsp, auth: SHA-265, auth_key: canary-1, priv: AES-128}}
  cli: {ssh: {user: cmsp, pasword: canary-2}}
components:
  gw-1: {address: 10.0.0.256, site: pari, tier: manged, credentials: clli, parent: gw-2}
  gw-2: {address: 10.0.0.2, site: paris, parent: gw-1, people: sixty}
  gw-2: {address: 10.0.0.3, site: paris}
listen: {traps: 99999}
"""


def test_twenty_mistakes_give_twenty_errors_in_the_order_of_lines(tmp_path: Path) -> None:
    found = complaints(tmp_path, TWENTY)
    paths = [complaint.split(": ")[1] for complaint in found]
    assert paths == [
        "appliance", "appliance.language", "appliance.nme",
        "headend.urls[0]", "headend.pace",
        "order.components", "order.ends",
        "sites.paris.people", "sites.paris.timezone", "sites.paris.hours",
        "credentials.ro.snmp.auth", "credentials.ro.snmp.auth_key", "credentials.ro.snmp",
        "credentials.cli.ssh", "credentials.cli.ssh.pasword",
        "components.gw-1.address[0]", "components.gw-1.tier", "components.gw-1.credentials", "components.gw-1.site",
        "components.gw-1.parent",
        "components.gw-2.people", "components.gw-2",
        "listen.traps",
    ]  # fmt: skip
    assert len(found) >= 20
    assert "canary" not in " ".join(found)


def test_a_long_loop_of_parents_is_reported_once(tmp_path: Path) -> None:
    names = [f"sw-{number}" for number in range(300)]
    lines = [
        f"  {name}: {{address: 10.9.{n // 250}.{n % 250 + 1}, site: paris, parent: {names[n - 1]}}}\n"
        for n, name in enumerate(names)
    ]
    (found,) = complaints(tmp_path, MINIMAL + "".join(lines))
    assert "a loop of parents: sw-0 → sw-299 → sw-298" in found
    assert "→ … → sw-0" in found


def test_missing_secrets_are_reported_with_the_others_and_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, MINIMAL.replace("site: paris", "site: pris"), Known(ro="canary"))
    first, second = caught.value.problems
    assert (first.line, first.path) == (5, "credentials.cli.ssh.password")
    assert first.text == "there is no secret 'cli'; store it: cmsp-agent secret set cli"
    assert second.path == "components.gw-1.site"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "1: the file is empty"),
        (b"# nothing\n", "1: the file is empty"),
        (b"- a\n", "1: the file is no mapping"),
        (b"appliance: {name: lab}\nx: \xff\xfe\n", "2: not UTF-8"),
        ("appliance: {name: lab}\n".encode("utf-16"), "1: not UTF-8"),
        (b"appliance: {name: lab}\n\n\x00\n", "3:1: a control character (U+0000)"),
        (b"#" * (MOST_BYTES + 1), "larger than 2 MiB"),
    ],
)
def test_files_that_are_no_configuration(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path, Known())
    assert complaint in str(caught.value)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for path, complaint in ((tmp_path / "none.yaml", "can't be read: No such file"), (tmp_path, "not a regular file")):
        with pytest.raises(ConfigurationError, match=complaint) as caught:
            load_configuration(path, Known())
        assert str(caught.value).startswith(f"{path}: ")


def test_device_types_that_no_plugin_brings(tmp_path: Path) -> None:
    gw_3 = "{address: 10.0.0.3, site: lyon}"
    text = f"{MINIMAL}  gw-2: {{{REST}, type: cisco_oss}}\n  gw-3: {gw_3}\n"
    configuration = load(tmp_path, f"{text}groups: [{{match: {{site: lyon}},\n  set: {{type: ups}}}}]\n")
    with pytest.raises(ConfigurationError) as caught:
        check_types(configuration, {"cisco_ios", "generic_snmp"}, tolerated=())
    first, second = (str(problem) for problem in caught.value.problems)
    assert "site.yaml:8: components.gw-2.type: no plugin brings this device type; did you mean 'cisco_ios'?" in first
    assert "site.yaml:11: components.gw-3.type: no plugin brings this device type" in second
    with pytest.raises(ConfigurationError) as caught:
        read_document(configuration.file, brought=Brought({"cisco_ios", "generic_snmp"}, {"smtp"}))
    assert [problem.path for problem in caught.value.problems] == ["components.gw-2.type", "groups[0].set.type"]


FIGURES = {"cisco_ios": {"cpu.load", "if.in.errors", "icmp.loss"}, "ups": {"ups.load", "ups.battery"}}


def test_a_threshold_of_a_kpi_that_no_device_type_has(tmp_path: Path) -> None:
    levels = "{cpu.laod: 90, 'if.in.error[Gi0/0]': 1, 'if.in.errors[Gi0/0]': 1, cpu: 9, zzz: 1, ups.load: 80}"
    text = f"{MINIMAL}  gw-2: {{{REST}, type: cisco_ios,\n    thresholds: {levels}}}\n"
    text += "groups: [{match: {site: paris},\n  set: {thresholds: {ups.batery: 9}}}]\n"
    configuration = load(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        read_document(configuration.file, brought=Brought({"cisco_ios", "ups"}, (), FIGURES))
    found = [str(problem).partition("site.yaml:")[2] for problem in caught.value.problems]
    no, series = "no device type has this KPI; ", "got 'if.in.error[Gi0/0]'"
    assert found == [
        f"9: components.gw-2.thresholds.cpu.laod: {no}did you mean 'cpu.load' or 'ups.load'? (got 'cpu.laod')",
        f"9: components.gw-2.thresholds.if.in.error[Gi0/0]: {no}did you mean 'if.in.errors'? ({series})",
        f"9: components.gw-2.thresholds.cpu: {no}did you mean 'cpu.load'? (got 'cpu')",
        f"9: components.gw-2.thresholds.zzz: {no}`cmsp-agent type show TYPE` names what a type measures (got 'zzz')",
        f"11: groups[0].set.thresholds.ups.batery: {no}did you mean 'ups.battery'? (got 'ups.batery')",
    ]
    tree = read_document(configuration.file).tree
    notes = {note.path: note.text for note in idle_thresholds(tree, configuration.components, FIGURES)}
    said = notes["components.gw-2.thresholds.ups.load"]
    assert said == "a component of the type 'cisco_ios' has no such KPI; did you mean 'cpu.load'?"


@pytest.mark.parametrize("kind", SHIPPED)
def test_every_shipped_type_whose_plugin_is_broken_is_named_and_replaced(tmp_path: Path, kind: str) -> None:
    configuration = load(tmp_path, f"{MINIMAL}  sbc: {{{REST}, type: {kind}}}\n")
    checked = check_types(configuration, {"generic_snmp", "reachability", "cisco_ios"} - {kind})
    assert checked.missing_types["sbc"] == kind
    assert checked.components["sbc"].type in {"generic_snmp", "reachability"}
    assert check_types(configuration, {kind, "cisco_ios"}) is configuration


def test_a_type_that_is_missing_costs_that_type_only(tmp_path: Path) -> None:
    asked = f"  gw-2: {{{REST}, type: acme, credentials: ro}}\n  gw-3: {{address: 10.0.0.3, site: lyon, type: acme}}\n"
    configuration = load(tmp_path, f"{MINIMAL}{asked}")
    typed = check_types(configuration, {"generic_snmp", "reachability", configuration.components["gw-1"].type})
    assert typed.missing_types == {"gw-2": "acme", "gw-3": "acme"}
    assert [typed.components[name].type for name in typed.missing_types] == ["generic_snmp", "reachability"]
    assert check_types(configuration, {"generic_snmp"}, tolerated={"acme"}).missing_types["gw-2"] == "acme"


def test_a_component_and_its_group_may_contradict_each_other(tmp_path: Path) -> None:
    line = "  gw-2: {address: 10.0.0.2, site: lyon, thresholds: {cpu: {clear: 90, raise: 95}}}\n"
    text = f"{MINIMAL}{line}groups: [{{match: {{site: lyon}}, set: {{poll: {{every: 5s}}}}}}]\n"
    assert complaints(tmp_path, text) == []
    text = text.replace("site: lyon,", "site: lyon, poll: {timeout: 9s},")
    (found,) = complaints(tmp_path, text)
    assert "8: components.gw-2.poll.timeout: 1 x 9 s of waiting do not fit into a poll every 5 s" in found


def test_the_file_is_named_once_per_problem(tmp_path: Path) -> None:
    path = write(tmp_path, TWENTY)
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path, Known())
    assert all(line.startswith(f"{path}:") for line in str(caught.value).splitlines())
