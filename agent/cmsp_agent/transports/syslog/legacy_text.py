"""Text that is no UTF-8, made readable: UTF-16, GBK where all octets come in pairs, Japanese, Latin-1, else escapes."""

import re

_HIGH = re.compile(rb"[\x80-\xff]+")
_CONTROL = re.compile(rb"[\x80-\x9f]")
_NO_PUNCTUATION = re.compile(rb"[\x81-\x84\x86-\x90\x98\x9a-\x9f]")
"""Control characters of Latin-1 that are no dash, quotation mark or the like of Windows either."""
_KANA = re.compile("[\u3040-\u30ff]")
_KANJI = re.compile("[\u4e00-\u9fff]{2}")
_APOSTROPHE = re.compile("(?<=[A-Za-z])[\u4e00-\u9fff](?![\u3000-\u9fff])")
"""That of Windows and the letter behind it, read as one: `don\x92t`."""
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_IN_A_WORD = re.compile(rb"(?<![\x80-\xff])[\x80-\xff]{2}(?=[a-z])|(?<=[a-z])[\x80-\xff]{2}(?![\x80-\xff])")
"""Two letters of Latin-1 side by side, as in `Gr\xf6\xdfe`, where a pair of GBK would be."""


def decode_other(raw: bytes) -> str:
    r"""Read octets that `bytes.decode` refuses.

    UTF-8 that was cut within its last character stays UTF-8. Octets that fit nothing read as `\xe9`.
    """
    return raw.decode(errors="backslashreplace") if _cut_short(raw) else _by_kind(raw)


def decode_wide(raw: bytes) -> str | None:
    """Read UTF-16: with its mark, or where every other octet of a line's beginning is zero; None: it is not."""
    for codec, beginnings in (("utf-16-le", (b"\xff\xfe", b"<\0")), ("utf-16-be", (b"\xfe\xff", b"\0<"))):
        if raw.startswith(beginnings):
            whole = raw + bytes(len(raw) % 2)  # the last zero was taken for a trailer
            return whole.decode(codec, errors="replace").lstrip("\ufeff")
    return None


def _cut_short(raw: bytes) -> bool:
    """Whether only the last character lacks octets, and others before it are UTF-8."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and any(octet > 0x7F for octet in raw[: error.start])
    return False


def _by_kind(raw: bytes) -> str:
    runs = _HIGH.findall(raw)
    paired = all(len(run) % 2 == 0 and min(run) > 0xA0 for run in runs)
    if paired and len(_IN_A_WORD.findall(raw)) < len(runs) and (chinese := _read_as(raw, "gbk")):
        return chinese
    if not _CONTROL.search(raw):
        return raw.decode("latin-1")
    japanese = _read_as(raw, "cp932")
    if japanese and (_KANA.search(japanese) or _is_kanji(japanese)):
        return japanese
    return raw.decode(errors="backslashreplace") if _NO_PUNCTUATION.search(raw) else raw.decode("cp1252")


def _is_kanji(text: str) -> bool:
    return bool(_KANJI.search(text)) and not _APOSTROPHE.search(text) and not _HALF_WIDTH.search(text)


def _read_as(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None
