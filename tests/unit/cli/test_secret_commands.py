"""`secret set` and `secret list`: values go in by standard input and come out nowhere."""

import json
from pathlib import Path

import pytest

from cmsp_agent.cli.sources import named_sources, open_vault, settings
from cmsp_agent.model.errors import StorageError
from tests.unit.cli.fakes import Ending, cmsp_agent

CANARY = "c4n4ry-0f-1337"
FILE = """\
appliance: {name: lab, storage: {state: STATE}, secrets: SECRETS}
credentials:
  ro: {snmp: {version: 2c, community: !secret ro}}
  cli: {ssh: {user: cmsp, password: !secret cli}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(FILE.replace("STATE", str(tmp_path / "state")).replace("SECRETS", str(tmp_path / "secrets")))
    return path


def set_secret(file: Path, name: str, value: str) -> Ending:
    return cmsp_agent("secret", "set", name, "--config", str(file), typed=value)


def test_a_secret_is_stored_sealed_and_listed_by_name(file: Path) -> None:
    ending = set_secret(file, "ro", f"{CANARY}\n")
    assert (ending.code, ending.out, ending.err) == (0, "ro: stored\n", "")
    assert named_sources(settings(file), {}).together().find("ro") == CANARY
    stored = b"".join(path.read_bytes() for path in (file.parent / "state").iterdir())
    assert CANARY.encode() not in stored
    ending = cmsp_agent("secret", "list", "--config", str(file), "--json")
    assert json.loads(ending.out)["items"] == [
        {"name": "cli", "source": "missing", "lines": [4]},
        {"name": "ro", "source": "vault", "lines": [3]},
    ]
    assert CANARY not in ending.out + cmsp_agent("secret", "list", "-c", str(file)).out


def test_an_unusable_file_is_reported_in_the_list(file: Path) -> None:
    folder = file.parent / "secrets"
    folder.mkdir()
    (folder / "cli").write_text(CANARY)
    (folder / "cli").chmod(0o644)
    out = cmsp_agent("secret", "list", "-c", str(file)).out
    assert "unusable" in out
    assert CANARY not in out


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("ro", "", "nothing was given"),
        ("ro", "\n", "nothing was given"),
        ("ro", "x" * 70_000, "too long"),
        ("a/b", CANARY, "a secret's name is"),
        ("-" * 3, CANARY, ""),
    ],
)
def test_what_is_no_secret(file: Path, name: str, value: str, complaint: str) -> None:
    ending = set_secret(file, name, value)
    assert (ending.code, ending.out) == (2, "")
    assert complaint in ending.err
    assert CANARY not in ending.err
    assert not (file.parent / "state").exists()


def test_no_value_is_taken_as_an_argument(file: Path) -> None:
    assert cmsp_agent("secret", "set", "ro", CANARY, "-c", str(file)).code == 2


def test_a_vault_without_its_key_gets_no_new_one(file: Path) -> None:
    state = file.parent / "state"
    state.mkdir()
    (state / "vault.json").write_text("{}")
    with pytest.raises(StorageError, match="CREDENTIALS_DIRECTORY"):
        open_vault(settings(file), {})
    assert not (state / "master.key").exists()


@pytest.mark.parametrize("content", ["", "garbage", '{"secrets": {"ro": 5}}', "[]"])
def test_a_damaged_vault_is_said_once_and_kept_beside_the_next(file: Path, content: str) -> None:
    for name in ("ro", "cli"):
        set_secret(file, name, CANARY)
    vault = file.parent / "state" / "vault.json"
    vault.write_text(content)
    ending = cmsp_agent("config", "check", str(file), local=True)
    assert ending.code == 2
    assert ending.err.count("the vault is damaged") == 1
    assert "cmsp-agent secret set NAME" in ending.err
    ending = set_secret(file, "ro", CANARY)
    [kept] = vault.parent.glob("vault.json.damaged-*")
    assert (ending.code, kept.read_text()) == (0, content)
    assert str(kept) in ending.out
    assert named_sources(settings(file), {}).together().find("ro") == CANARY
    assert "no secret 'cli'" in cmsp_agent("config", "check", str(file), local=True).err


def test_check_looks_for_secrets_as_a_start_does_and_makes_nothing(file: Path) -> None:
    ending = cmsp_agent("config", "check", str(file), local=True)
    assert ending.code == 2
    assert "3: credentials.ro.snmp.community: there is no secret 'ro'; store it: cmsp-agent secret set ro" in ending.err
    assert not (file.parent / "state").exists()


def test_a_file_is_checked_on_another_machine_than_the_appliance_too(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(FILE.replace("storage: {state: STATE}, secrets: SECRETS", "language: en"))
    if not Path("/var/lib/cmsp-agent").exists():
        ending = cmsp_agent("config", "check", str(path), local=True)
        assert ending.code == 0
        assert "secrets, files and ports are looked at on the appliance only" in ending.out
    assert cmsp_agent("config", "check", str(path), "--secrets", local=True).code == 2


def test_check_knows_the_device_types_of_the_plugins(file: Path) -> None:
    file.write_text(f"{FILE}sites: {{p: {{}}}}\ncomponents:\n  x: {{address: 10.0.0.1, site: p, type: cisco_oss}}\n")
    ending = cmsp_agent("config", "check", str(file), local=True)
    assert "7: components.x.type: no plugin brings this device type; did you mean 'cisco_ios'?" in ending.err


def test_a_secret_is_deleted_only_where_the_file_names_it_no_more(file: Path) -> None:
    set_secret(file, "old", f"{CANARY}\n")
    set_secret(file, "ro", f"{CANARY}\n")
    ending = cmsp_agent("secret", "delete", "ro", "-c", str(file))
    assert (ending.code, "still names 'ro' (line 3)" in ending.err) == (2, True)
    assert cmsp_agent("secret", "delete", "old", "-c", str(file)).out == "old: deleted\n"
    ending = cmsp_agent("secret", "delete", "old", "-c", str(file))
    assert (ending.code, "there are: ro" in ending.err) == (2, True)
    assert named_sources(settings(file), {}).together().find("old") is None
