"""Secrets come by reference, from where only the agent can read; their values appear nowhere."""

import logging
import pickle
from pathlib import Path

import pytest

from cmsp_agent.config.load import read_document
from cmsp_agent.config.secrets import SecretFiles, Secrets, SystemdCredentials
from cmsp_agent.config.show import as_yaml, values_in_force
from cmsp_agent.model.errors import ConfigurationError
from tests.unit.config.builders import MINIMAL, Known, complaints, load, load_configuration, write

CANARY = "c4n4ry-0f-1337"


def secret_file(folder: Path, name: str, mode: int = 0o600, content: bytes = CANARY.encode() + b"\n") -> Path:
    path = folder / name
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_the_first_source_that_knows_a_name_has_it(tmp_path: Path) -> None:
    credentials, files = tmp_path / "credentials", tmp_path / "files"
    credentials.mkdir()
    files.mkdir()
    secret_file(credentials, "a", 0o644, b"from systemd")
    secret_file(files, "a", content=b"from a file\n")
    secret_file(files, "b", content=b"  kept as it is \n\n")
    secrets = Secrets([SystemdCredentials(credentials), SecretFiles(files), Known(c="from the vault")])
    assert [secrets.find(name) for name in "abcd"] == ["from systemd", "  kept as it is \n", "from the vault", None]
    secret_file(files, "d", 0o644)
    assert sorted(secrets.values()) == ["  kept as it is \n", "from a file", "from systemd"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o610])
def test_a_file_that_others_may_use_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path, "a", mode)
    with pytest.raises(ConfigurationError, match=f"chmod 600 {path}") as caught:
        SecretFiles(tmp_path).find("a")
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"", "empty"), (b"\n", "empty"), (b"x" * 65537, "too long"), (CANARY.encode() + b"\xff", "not UTF-8")],
)
def test_a_file_that_holds_no_secret(tmp_path: Path, content: bytes, complaint: str) -> None:
    secret_file(tmp_path, "a", content=content)
    with pytest.raises(ConfigurationError, match=complaint) as caught:
        SecretFiles(tmp_path).find("a")
    assert (
        CANARY not in f"{caught.value!r} {caught.value.__cause__} {caught.value.__context__!s}"
        or complaint != "not UTF-8"
    )
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_unusable_secret_is_reported_by_the_line_that_names_it(tmp_path: Path) -> None:
    secret_file(tmp_path, "ro", 0o644)
    secret_file(tmp_path, "cli")
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(write(tmp_path, MINIMAL), SecretFiles(tmp_path))
    (problem,) = caught.value.problems
    assert (problem.line, problem.path) == (4, "credentials.ro.snmp.community")
    assert "chmod 600" in problem.text


def test_a_secret_is_read_at_use_and_says_what_is_missing(tmp_path: Path) -> None:
    source = Known(ro="first", cli="x")
    text = f"{MINIMAL}  x: {{address: 10.0.0.9, site: lyon, credentials: ro}}\n"
    snmp = load(tmp_path, text, source).components["x"].credentials.snmp
    assert snmp
    assert snmp.community
    assert snmp.community.reveal() == "first"
    source.secrets["ro"] = "second"
    assert snmp.community.reveal() == "second"
    del source.secrets["ro"]
    with pytest.raises(ConfigurationError, match="cmsp-agent secret set ro"):
        snmp.community.reveal()


LITERALS = (
    "ro: {snmp: {version: 2c, community: %s}}",
    "ro: {snmp: {version: 2c, comunity: %s}}",
    "ro: {snmp: {version: %s, community: !secret x}}",
    "ro: {snmp: %s}",
    "ro: %s",
    "ro: {%s: 1}",
    "ro: {%s}",
    "ro: [%s]",
    "ro: {snmp: {%s}}",
    "ro: {ssh: {user: cmsp, password: %s}}",
    "ro: {ssh: {user: cmsp, password: [%s]}}",
    "ro: {ssh: {user: cmsp, password: {x: %s}}}",
    "ro: {ssh: {user: cmsp, %s}}",
    "ro: {ssh: {user: [%s]}}",
    "ro: {ssh: {user: {a: %s}, password: !secret x}}",
    "ro: {snmp: {version: 3, user: u, auth: %s, auth_key: !secret x}}",
    "ro: {snmp: {version: 3, user: u, auth: SHA-1, auth_key: '%s'}}",
    "ro: {snmp: {version: 3, user: u, auth: SHA-1, auth_key: !secret '%s !'}}",
    "ro: {ssh: {user: cmsp, password: !%s x}}",
    "ro: {ssh: {user: cmsp, password: *%s}}",
    "ro: {ssh: {user: cmsp, password: &%s }}",
)


@pytest.mark.parametrize("literal", LITERALS)
def test_a_literal_secret_is_refused_and_not_repeated(tmp_path: Path, literal: str) -> None:
    text = MINIMAL.replace("ro: {snmp: {version: 2c, community: !secret ro}}", literal % CANARY)
    found = complaints(tmp_path, text)
    assert found
    assert CANARY not in " ".join(found)
    assert found[0].startswith("4:")


def test_a_literal_secret_elsewhere_is_not_repeated(tmp_path: Path) -> None:
    for text in (
        f"smtp: {{host: h, from: a@b, password: {CANARY}}}",
        f"smtp: {{host: h, from: a@b, pasword: {CANARY}}}",
        f"headend: {{urls: 'https://u:{CANARY}@h'}}",
        f"headend: {{token: {CANARY}}}",
        f"components: {{x: {{address: 10.0.0.3, site: paris, snmp: {{community: {CANARY}}}}}}}",
    ):
        found = complaints(tmp_path, f"{MINIMAL.partition('components')[0]}{text}\n")
        assert found
        assert CANARY not in " ".join(found)


def test_no_value_appears_in_what_a_configuration_shows(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    component = "{address: 10.0.0.9, site: lyon, credentials: [ro, cli]}"
    text = f"{MINIMAL}  x: {component}\nsmtp: {{host: h, from: a@b, password: !secret m}}\n"
    configuration = load(tmp_path, text, Known(ro=CANARY, cli=CANARY, m=CANARY))
    logging.getLogger().info("%r %s", configuration, configuration.components["x"])
    shown = as_yaml(list(values_in_force(read_document(tmp_path / "site.yaml"))))
    assert CANARY not in f"{configuration!r} {configuration} {shown} {caplog.text}"
    assert "!secret ro" in shown
    with pytest.raises(TypeError, match="does not travel"):
        pickle.dumps(configuration.components["x"].credentials)


def test_components_differ_where_a_secret_of_theirs_was_changed(tmp_path: Path) -> None:
    text = f"{MINIMAL}  a: {{address: 10.0.0.8, site: lyon, credentials: ro}}\n"
    first, again = (load(tmp_path, text, Known(ro=CANARY, cli="x")) for _ in range(2))
    changed = load(tmp_path, text, Known(ro="another", cli="x"))
    assert first.components == again.components
    assert [name for name, was in first.components.items() if changed.components[name] != was] == ["a"]


def test_a_key_too_short_for_snmpv3_is_reported_with_its_line(tmp_path: Path) -> None:
    snmp = "{version: 3, user: u, auth: SHA-1, auth_key: !secret short, priv: AES-128, priv_key: !secret long}"
    text = MINIMAL.replace("{version: 2c, community: !secret ro}", snmp)
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, text, Known(short="1234567", long="12345678", cli="x"))
    (problem,) = refused.value.problems
    assert (problem.line, problem.path) == (4, "credentials.ro.snmp.auth_key")
    assert "1234567" not in str(problem)


def test_a_secret_that_is_asked_for_often_is_read_again_once_its_file_changed(tmp_path: Path) -> None:
    files = SecretFiles(tmp_path)
    assert not files.has("a")
    path = secret_file(tmp_path, "a")
    assert files.has("a")
    path.write_bytes(b"\xff\xfe")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="not UTF-8 text"):
            files.has("a")
    path.write_bytes(b"another")
    assert files.has("a")
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="others may read"):
        files.has("a")
