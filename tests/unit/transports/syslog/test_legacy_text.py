"""Text that is no UTF-8."""

import pytest

from cmsp_agent.transports.syslog.legacy_text import decode_other


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("port 端口关闭".encode("gbk"), "port 端口关闭"),
        ("Téléphone à côté".encode("latin-1"), "Téléphone à côté"),
        ("Büro".encode() + b" \xe7\xab", "Büro \\xe7\\xab"),
        (b"\x80 and \x9f", "\\x80 and \\x9f"),
    ],
)
def test_text_reads_as_it_was_written(octets: bytes, text: str) -> None:
    assert decode_other(octets) == text
