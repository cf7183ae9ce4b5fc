"""`cmsp-agent component host-key`."""

from tests.unit.cli.fakes import cmsp_agent

PATH = "/v1/components/gw-1/host-keys"
KEY = {"algorithm": "ecdsa-sha2-nistp256", "fingerprint": "SHA256:" + "x" * 43, "seen_at": "2026-01-01T00:00:00Z"}
KEYS = {"items": [KEY]}


def test_the_pinned_keys_are_shown_within_80_columns() -> None:
    ending = cmsp_agent("component", "host-key", "gw-1", answers={PATH: KEYS})
    assert ending.code == 0
    assert "ecdsa-sha2-nistp256" in ending.out
    assert "SHA256:" + "x" * 43 in ending.out
    assert ending.width <= 80


def test_they_are_forgotten_on_demand() -> None:
    ending = cmsp_agent("component", "host-key", "gw-1", "--forget", answers={f"DELETE {PATH}": KEYS})
    assert ending.out.endswith("forgotten; the next login pins what the device shows then\n")
    nothing = cmsp_agent("component", "host-key", "gw-1", "--forget", answers={f"DELETE {PATH}": {"items": []}})
    assert nothing.out == "no host key is pinned for gw-1\n"
