"""Whole or cut short, changed or only volatile, fit for people's eyes or not."""

import pytest

from cmsp_agent.plugin.api import CliPlatform, Redaction
from cmsp_agent.services.backups.clean_text import ConfigText, clean, implausible

PLATFORM = CliPlatform(
    startup="show startup-config",
    driver="cisco_ios",
    must_have=(r"^version \d", r"^hostname \S"),
    invalid=(r"^% ?Invalid input.*", r"^% Authorization failed"),
    volatile=(r"^Building configuration", r"^Current configuration : \d+ bytes", r"^! Last configuration change at"),
    redact=(
        Redaction(r"^enable secret \d (?P<secret>\S+)"),
        Redaction(r"^snmp-server community (?P<secret>\S+)"),
        Redaction(r"^ key-string .*"),
    ),
)
WHOLE = """Building configuration...

Current configuration : 210 bytes
! Last configuration change at 08:00:00 UTC Mon Nov 23 2026 by noc
version 15.7
hostname gw-1
enable secret 9 $9$abc
snmp-server community hush RO
 key-string 7 0102
interface Gi0/0
end
"""


@pytest.fixture
def text() -> ConfigText:
    return ConfigText(PLATFORM)


def test_a_whole_configuration_has_no_flaws(text: ConfigText) -> None:
    assert text.flaws(WHOLE) == []
    assert text.refusal(WHOLE) == ""


@pytest.mark.parametrize(
    ("reading", "flaw"),
    [
        (WHOLE.removesuffix("end\n"), "cut short"),
        (WHOLE.replace("hostname", "host"), "no line matches '^hostname"),
        ("\n", "the device said nothing"),
        ("x" * 5000, "cut short"),
        (WHOLE + "\ngw-1 is going down\n", "cut short"),
    ],
)
def test_garbage_is_named(text: ConfigText, reading: str, flaw: str) -> None:
    assert any(flaw in found for found in text.flaws(reading))


def test_a_refused_command_is_reported_by_its_line(text: ConfigText) -> None:
    said = "   ^\n% Invalid input detected at '^' marker.\n"
    assert text.refusal(said) == "% Invalid input detected at '^' marker."
    assert text.refusal("% Authorization failed") == "% Authorization failed"


def test_volatile_lines_and_trailing_blanks_change_nothing(text: ConfigText) -> None:
    later = WHOLE.replace("08:00:00", "09:30:00").replace(": 210 ", ": 211 ").replace("Gi0/0\n", "Gi0/0  \n")
    assert text.stable(later) == text.stable(WHOLE)
    assert text.difference(WHOLE, later) == ""


def test_secrets_are_hidden_and_nothing_else(text: ConfigText) -> None:
    shown = text.redacted(WHOLE)
    assert "enable secret 9 <hidden>\nsnmp-server community <hidden> RO\n<hidden>\ninterface Gi0/0" in shown
    for secret in ("$9$abc", "hush", "0102"):
        assert secret not in shown


def test_a_diff_shows_the_change_and_no_secret(text: ConfigText) -> None:
    changed = WHOLE.replace("interface Gi0/0", "interface Gi0/0\n description new").replace("hush", "other")
    difference = text.difference(WHOLE, changed)
    assert "\n+ description new\n" in difference
    assert "hush" not in difference
    assert "other" not in difference


def test_a_changed_secret_alone_is_said_without_showing_it(text: ConfigText) -> None:
    assert text.difference(WHOLE, WHOLE.replace("hush", "other")) == "only hidden values differ\n"


def test_a_changed_secret_beside_another_change_is_a_changed_line(text: ConfigText) -> None:
    changed = WHOLE.replace("hush", "other").replace("interface Gi0/0", "interface Gi0/0\n description new")
    [line] = [text.redacted(each) for each in WHOLE.splitlines() if "hush" in each]
    difference = text.difference(WHOLE, changed)
    assert f"\n-{line}\n+{line}\n" in difference
    assert "hush" not in difference


@pytest.mark.parametrize(
    ("size", "last", "expected"),
    [(100, None, False), (100, 100, False), (149, 100, False), (151, 100, True), (49, 100, True)],
)
def test_a_size_far_from_the_last_needs_a_second_reading(size: int, last: int | None, expected: bool) -> None:
    assert implausible(size, last) is expected


def test_device_output_becomes_plain_lines() -> None:
    assert clean("\r\nversion 15\r\nend\r\n\r\n") == "version 15\nend\n"


def test_a_difference_can_be_sent_whatever_bytes_the_device_has() -> None:
    text = ConfigText(CliPlatform(driver="generic"))
    assert "+snmp-server location Gr\\xfcn" in text.difference("a\n", "a\nsnmp-server location Gr\udcfcn\n")
