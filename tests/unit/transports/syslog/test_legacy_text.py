"""Text that is no UTF-8."""

import pytest

from cmsp_agent.transports.syslog.legacy_text import decode_other
from cmsp_agent.transports.syslog.message import parse_syslog


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("port 端口关闭".encode("gbk"), "port 端口关闭"),
        ("Téléphone à côté".encode("latin-1"), "Téléphone à côté"),
        ("Büro".encode() + b" \xe7\xab", "Büro \\xe7\\xab"),
        (b"\x80 and \x9f", "\\x80 and \\x9f"),
        ("ポートが停止".encode("cp932"), "ポートが停止"),
        ("Gi0/1 回線 障害 断 by admin".encode("cp932"), "Gi0/1 回線 障害 断 by admin"),
        ("“Straße” zu 5 €".encode("cp1252"), "“Straße” zu 5 €"),
        (b"don\x92t, it\x92s \x93q\x94", "don\u2019t, it\u2019s “q”"),
        ("Größe, créée".encode("latin-1"), "Größe, créée"),
        ("インタフェース Gi0/1 がダウン".encode("euc_jp"), "インタフェース Gi0/1 がダウン"),
        ("介面 Gi0/1 已關閉".encode("big5"), "介面 Gi0/1 已關閉"),
        ("Интерфейс Gi0/1 отключен".encode("cp1251"), "Интерфейс Gi0/1 отключен"),
        ("Интерфейс Gi0/1 отключен".encode("koi8-r"), "Интерфейс Gi0/1 отключен"),
        ("40 °C, 12 µs".encode("latin-1"), "40 °C, 12 µs"),
        ("Büro größer".encode() + b" \xff", "Büro größer \\xff"),
    ],
)
def test_text_reads_as_it_was_written(octets: bytes, text: str) -> None:
    with pytest.raises(UnicodeDecodeError) as refused:
        octets.decode()
    assert decode_other(octets, refused.value) == text


@pytest.mark.parametrize("text", [": %SYS-5-CONFIG_I: by Zoë", " gw cron: Zoë"])
def test_a_message_says_that_its_octets_are_no_utf8(text: str) -> None:
    line = f"<189>31: Nov 18 2026 19:25:44 UTC{text}"
    assert parse_syslog(line.encode("latin-1")) == parse_syslog(line.encode())._replace(
        raw=line.encode("latin-1"), other_text=True
    )


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_line_of_two_octets_a_character(codec: str) -> None:
    message = parse_syslog("<189>31: Nov 18 2026 19:25:44 UTC: %SYS-5-CONFIG_I: by Zoë".encode(codec))
    assert (message.pri, message.sequence, message.code, message.text) == (189, 31, "SYS-5-CONFIG_I", "by Zoë")
