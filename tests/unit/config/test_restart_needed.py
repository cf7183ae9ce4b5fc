"""What a reload can't change is named by its key in the file."""

from pathlib import Path

import pytest

from cmsp_agent.config.restart_needed import after_restart
from tests.unit.config.builders import MINIMAL, load

HEADEND = "headend: {urls: ['https://a:8443'], tls: {certificate: c, key: k, ca: a}}\n"
START = f"{MINIMAL}listen: {{traps: 1162}}\n{HEADEND}"


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ("people: 10", "people: 11", []),
        ("https://a:8443", "https://b:8443", []),
        ("traps: 1162", "traps: 1163", ["listen"]),
        ("{name: lab}", "{name: lab, storage: {state: /var/lib/elsewhere}}", ["appliance.storage"]),
        ("urls: ['https://a:8443']", "urls: ['https://a:8443'], heartbeat: 30s", ["headend.heartbeat"]),
        (HEADEND, "", ["headend"]),
    ],
)
def test_keys_that_wait_for_the_next_start(tmp_path: Path, old: str, new: str, keys: list[str]) -> None:
    assert old in START
    started, now = load(tmp_path, START), load(tmp_path, START.replace(old, new))
    assert after_restart(started, now) == keys
