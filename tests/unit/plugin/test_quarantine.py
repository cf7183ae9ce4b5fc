"""The quarantine file: durable, clearable, and never the reason why the agent doesn't start."""

import os
from pathlib import Path

import pytest

from cmsp_agent.plugin.quarantine import Quarantine, Quarantined

ENTRY = Quarantined("acme", 1_767_225_600_000, "blocked the event loop for 15 s in import", "stack")


def test_an_entry_survives_and_can_be_cleared(tmp_path: Path) -> None:
    path = tmp_path / "state" / "quarantine.json"
    Quarantine(path).add(ENTRY)
    Quarantine(path).add(Quarantined("other", 1, "x"))
    assert Quarantine(path).entries() == {"acme": ENTRY, "other": Quarantined("other", 1, "x")}
    assert Quarantine(path).clear("acme")
    assert not Quarantine(path).clear("acme")
    assert list(Quarantine(path).entries()) == ["other"]


def test_no_file_means_nobody(tmp_path: Path) -> None:
    assert Quarantine(tmp_path / "quarantine.json").entries() == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"acme": 1}', '{"acme": {"nonsense": 1}}'])
def test_an_unreadable_file_is_set_aside(tmp_path: Path, content: str) -> None:
    path = tmp_path / "quarantine.json"
    path.write_text(content)
    assert Quarantine(path).entries() == {}
    assert not path.exists()
    assert (tmp_path / "quarantine.unreadable").read_text() == content


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else than the agent's user")
def test_what_root_clears_the_agent_can_read(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12346)
    Quarantine(tmp_path / "quarantine.json").add(ENTRY)
    written = (tmp_path / "quarantine.json").stat()
    assert (written.st_uid, written.st_gid) == (12345, 12346)
