"""Secrets in the forms that the field writes them, and lines that only look as if: by way of the tool's own code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_plugins.cisco_ios.cli import CLI

ANY = ConfigText(CliPlatform(driver="generic"))
CISCO = ConfigText(CLI)


@pytest.fixture(scope="module")
def netconan(shared: Path) -> Path:
    return shared / "testdata" / "redaction-netconan"


@pytest.fixture(scope="module")
def oxidized(shared: Path) -> Path:
    return shared / "testdata" / "cli-oxidized"


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def filled(row: dict[str, Any]) -> tuple[str, list[str]]:
    secrets = row["secret"] if isinstance(row["secret"], list) else [row["secret"]]
    return row["line"].format(*secrets), secrets


@pytest.mark.parametrize("text", [ANY, CISCO], ids=["any", "cisco_ios"])
def test_each_secret_is_gone(netconan: Path, text: ConfigText) -> None:
    rows = [filled(row) for row in read(netconan / "sensitive-lines.json")]
    left = [line for line, secrets in rows if any(secret in text.redacted(line) for secret in secrets)]
    assert not left


@pytest.mark.parametrize("text", [ANY, CISCO], ids=["any", "cisco_ios"])
def test_what_is_no_secret_stays(netconan: Path, text: ConfigText) -> None:
    lines = read(netconan / "must-not-change.json")
    assert [text.redacted(line) for line in lines] == lines


def test_each_secret_is_gone_however_it_is_kept(netconan: Path) -> None:
    """In every line the other ways to keep a secret too; a route-map's community is a number, so not there."""
    forms = [form for form, _ in read(netconan / "secret-formats.json") if len(form) > 2]
    lines = [row["line"] for row in read(netconan / "sensitive-lines.json") if "set community" not in row["line"]]
    left = [line for line in lines for form in forms if form in ANY.redacted(line.format(form, form))]
    assert not left


@pytest.mark.parametrize("kind", ["ios#C9200L-24P-4G_17.09.04a", "asa#5512_9.12-4-67_single-context"])
def test_recorded_sessions_keep_their_secrets(oxidized: Path, kind: str) -> None:
    judged(oxidized, kind)


def test_so_do_those_of_other_makers(oxidized: Path) -> None:
    for path in oxidized.glob("*#secret.yaml"):
        judged(oxidized, path.name.removesuffix("#secret.yaml"))


def judged(folder: Path, kind: str) -> None:
    expected = YAML(typ="safe").load((folder / f"{kind}#secret.yaml").read_text())
    commands = YAML(typ="safe").load((folder / f"{kind}#simulation.yaml").read_text())["commands"]
    played = [commands] if isinstance(commands, dict) else commands
    shown = ANY.redacted("\n".join(str(output) for one in played for output in one.values()).replace('\\"', '"'))
    for secret in expected.get("fail") or ():
        assert secret not in shown, f"{kind}: {secret}"
    for line in expected.get("pass") or ():
        wanted = re.sub(r"<[\w ]+>", r"(?:[\\w-]+ )*\"?<hidden>\"?", line)
        assert re.search(wanted, shown, re.MULTILINE), f"{kind}: {line}"


@pytest.mark.parametrize(
    "kind",
    [
        "fortios#FMG-VM64_7.4.6",
        "perle#SCG50-RRU_6.2.G3",
        "routeros#CHR_7.10.1",
        "routeros#CHR_7.16",
        "routeros#L009UiGS_7.15.2",
    ],
)
def test_what_each_reading_shows_anew_is_not_compared(oxidized: Path, kind: str) -> None:
    expected = YAML(typ="safe").load((oxidized / f"{kind}#significant_changes.yaml").read_text())
    compared = ANY.stable((oxidized / f"{kind}#output.txt").read_text())
    for pattern in expected["fail"]:
        assert not re.search(pattern, compared)
    for pattern in expected.get("pass") or ():
        assert re.search(pattern, compared)


@pytest.mark.parametrize(
    "line",
    [
        "Uncompressed configuration from 1234 bytes to 5000 bytes",
        "!! Last configuration change at Sat Nov 28 12:00:00 2026 by admin",
        "!NVRAM config last updated at 10:00:00 UTC Sat Nov 28 2026",
    ],
)
def test_what_a_cisco_says_of_the_time_is_not_compared(line: str) -> None:
    assert CISCO.stable(f"version 15.7\n{line}\nend\n") == "version 15.7\nend\n"
