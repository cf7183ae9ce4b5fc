"""Syslog that the field really sends, and what is to be read in it, by way of the tool's own code."""

from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.cli.tool.inputs import Form
from cmsp_agent.cli.tool.meanings import MeaningOf
from cmsp_agent.cli.tool.syslog import messages_of
from cmsp_agent.transports.syslog.fields import fields_of
from cmsp_agent.transports.syslog.message import parse_syslog

NOW = 1_795_766_400_000


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    found = shared / "fieldcases" / "wire"
    if not found.is_dir():
        pytest.skip("needs the reference material of ../shared (or CMSP_SHARED), which is absent")
    return found


def code(document: dict[str, Any]) -> str:
    return "{facility}-{severity}-{name}".format(**document["mnemonic"]) if document["mnemonic"] else ""


def read(path: Path, form: Form = Form.DATAGRAM) -> list[dict[str, Any]]:
    meaning = MeaningOf()
    messages = [parse_syslog(octets) for octets in messages_of(path.read_bytes(), form)]
    return [{**fields_of(message, NOW), "event": meaning(message, NOW)} for message in messages]


def test_a_doubled_dash(folder: Path) -> None:
    (got,) = read(folder / "S25.bin")
    assert (code(got), got["severity"]) == ("ASA-4-106023", 4)


def test_an_origin_with_spaces(folder: Path) -> None:
    (got,) = read(folder / "S31.bin")
    assert (got["hostname"], got["sequence"], got["outer_sequence"]) == ("Paris HQ gw 1", 3100, 3101)


def test_gbk(folder: Path) -> None:
    (got,) = read(folder / "S43.bin")
    assert got["message"] == (folder / "S43.bin").read_bytes().rpartition(b": ")[2].decode("gbk")


def test_a_repetition_in_brackets(folder: Path) -> None:
    (got,) = read(folder / "S62.bin")
    assert (code(got), got["repeated"], got["hostname"]) == ("LINK-3-UPDOWN", 2, "192.0.2.1")
    assert not got["message"].endswith("]")


def test_a_continuation(folder: Path) -> None:
    (got,) = read(folder / "S65.bin")
    assert (got["hostname"], got["sequence"], got["message"]) == ("GWX", 300875, "Reason : Failed")


def test_a_mnemonic_that_a_user_typed(folder: Path) -> None:
    (got,) = read(folder / "S79.bin")
    assert (code(got), got["event"]) == ("PARSER-5-CFGLOG_LOGGEDCMD", "command.logged")


@pytest.mark.parametrize(
    ("name", "form", "objects"),
    [
        ("L517", Form.DATAGRAM, ["admin", "0/8"]),
        ("L611", Form.TEXT, ["0/611", "0/612", "0/613"]),
        ("L529", Form.TEXT, ["0/529", "0/530"]),
        ("L531", Form.TEXT, ["0/531", "0/532", "0/533"]),
    ],
)
def test_messages_without_a_right_end_are_distinguished(
    folder: Path, name: str, form: Form, objects: list[str]
) -> None:
    got = read(folder / f"{name}.bin", form)
    assert len(got) == len(objects)
    for document, reported in zip(got, objects, strict=True):
        assert document["mnemonic"]
        assert document["message"].endswith((f"Serial{reported}, changed state to down", f"by {reported}"))
