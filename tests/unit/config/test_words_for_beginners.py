"""What a beginner writes gets the sentence that leads on."""

from pathlib import Path

import pytest

from cmsp_agent.model.entitlement import ServicePart, gets
from cmsp_agent.model.errors import ConfigurationError
from tests.unit.config.builders import load

FILE = """\
appliance: {name: lab}
sites: {paris: {people: 10}}
credentials:
  ro: {snmp: {version: 2c, community: SECRET}}
components:
  gw-1: {address: 10.0.0.1, site: paris, MORE}
"""


def said(folder: Path, secret: str = "!secret ro", more: str = "people: 1") -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, FILE.replace("SECRET", secret).replace("MORE", more))
    return str(caught.value)


@pytest.mark.parametrize("secret", ["!secretpw", "!secret", "!Secret ro", "!SECRET ro", "!secret:ro"])
def test_a_secret_is_two_words(tmp_path: Path, secret: str) -> None:
    text = said(tmp_path, secret)
    assert "two words, in small letters: !secret NAME" in text
    assert "secretpw" not in text


def test_a_secret_that_is_written_out_is_not_repeated(tmp_path: Path) -> None:
    text = said(tmp_path, "hunter2")
    assert "write !secret NAME, then store it by 'cmsp-agent secret set NAME'" in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("backup: no", "unknown key 'backup' here: it belongs under services, as in services: {backup: …}"),
        ("every: 30s", "it belongs under poll, as in poll: {every: …}"),
        ("icmp: no", "it belongs under reach, as in reach: {icmp: …}"),
        ("services: no", "this is no switch: leave the key out for its defaults"),
        ("ssh: off", "this is no switch: leave the key out for its defaults"),
        ("poll: 60", "not a duration: write 30s, 5m, 2h or 7d"),
        ("poll: no", "not a duration: write 30s, 5m, 2h or 7d"),
        ("tier: none", "not one of managed"),
        ("credentials: no", "known here: ro"),
    ],
)
def test_what_is_meant_is_named(tmp_path: Path, more: str, text: str) -> None:
    assert text in said(tmp_path, more=more)


@pytest.mark.parametrize("word", ["no", "off", "false"])
def test_no_backup_is_no_backup(tmp_path: Path, word: str) -> None:
    file = FILE.replace("SECRET", "!secret ro").replace("MORE", f"services: {{backup: {word}}}")
    assert not gets(load(tmp_path, file).components["gw-1"], ServicePart.BACKUP)
