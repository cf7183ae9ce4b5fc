"""Which of systemd's sockets the file does not ask for."""

from pathlib import Path

import pytest

from cmsp_agent.services.receiving.socket_units import UNITS, main

TRAPS, SYSLOG, SYSLOG_TCP, SYSLOG_TLS = (unit for unit, _ in UNITS.values())


def stopped(file: Path, text: str) -> list[str]:
    file.write_text(text)
    units: list[str] = []
    assert main([str(file)], units.append) == 0
    return units


@pytest.mark.parametrize(
    ("listen", "units"),
    [
        ("{}", []),
        ("{traps: 162, syslog: [514, 1514]}", []),
        ("{traps: ['0.0.0.0:162', '[::]:162']}", []),
        ("{traps: off}", [TRAPS]),
        ("{traps: '10.0.0.5:162'}", [TRAPS]),
        ("{traps: '0.0.0.0:162'}", [TRAPS]),
        ("{syslog: off}", [SYSLOG, SYSLOG_TCP]),
        ("{syslog: 514, syslog_tcp: off}", [SYSLOG_TCP]),
        ("{traps: 1162, syslog: 1514}", [TRAPS, SYSLOG, SYSLOG_TCP]),
    ],
)
def test_what_the_file_does_not_ask_for_is_stopped(tmp_path: Path, listen: str, units: list[str]) -> None:
    assert stopped(tmp_path / "site.yaml", f"listen: {listen}\n") == [*units, SYSLOG_TLS]


@pytest.mark.parametrize(
    ("listen", "units"),
    [
        ("{tls: {certificate: a, key: b, ca: c}}", []),
        ("{syslog_tls: off, tls: {certificate: a, key: b, ca: c}}", [SYSLOG_TLS]),
        ("{syslog_tls: 16514, tls: {certificate: a, key: b, ca: c}}", [SYSLOG_TLS]),
        ("{syslog_tls: 6514}", [SYSLOG_TLS]),
    ],
)
def test_tls_wants_its_files(tmp_path: Path, listen: str, units: list[str]) -> None:
    assert stopped(tmp_path / "site.yaml", f"listen: {listen}\n") == units


@pytest.mark.parametrize("text", ["listen: {traps: nonsense}\n", "listen: [\n", ""])
def test_a_file_that_can_not_be_read_changes_nothing(tmp_path: Path, text: str) -> None:
    assert stopped(tmp_path / "site.yaml", text) == []


def test_mistakes_elsewhere_do_not_matter(tmp_path: Path) -> None:
    assert stopped(tmp_path / "site.yaml", "sites: 3\nlisten: {traps: off}\n") == [TRAPS, SYSLOG_TLS]
