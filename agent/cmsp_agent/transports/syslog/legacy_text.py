"""Text that is no UTF-8, made readable: UTF-16, Cyrillic, Chinese, Japanese, Latin-1, else escapes."""

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

_EUC_KANA = re.compile(rb"[\xa4\xa5][\xa1-\xf6]")
"""Kana of EUC-JP; Chinese text has none, though GBK has them in the same place."""
_BIG5_WORD = re.compile("[\u4e00-\u9fff]{2}")
_BIG5_ONLY = re.compile(rb"[\xa4-\xc6][\x40-\x7e]")
"""A character of Big5 whose second octet is ASCII, as GB 2312 has none."""
_CYRILLIC_WORD = re.compile(rb"(?<![A-Za-z\x80-\xff])[\xa3\xa8\xb3\xb8\xc0-\xff]{3,}(?![A-Za-z\x80-\xff])")
_BELOW_CYRILLIC = re.compile(rb"[\x80-\xa2\xa4-\xa7\xa9\xac-\xaf\xb1\xb2\xb4-\xb7\xba\xbc-\xbf]")
"""No letter of KOI8-R and Windows-1251, none of the signs that both texts have."""
FEWEST_CYRILLIC = 6
"""Octets; fewer may be Chinese by chance."""


def decode_other(raw: bytes, error: UnicodeDecodeError) -> str:
    r"""Read octets that `bytes.decode` refuses.

    UTF-8 with a few wrong octets, or cut within its last character, stays UTF-8. What fits nothing reads as `\xe9`.

    Args:
        raw: the octets.
        error: why `bytes.decode` refused them.
    """
    return raw.decode(errors="backslashreplace") if _cut_short(raw, error) or _mostly_utf8(raw) else _by_kind(raw)


def decode_wide(raw: bytes) -> str | None:
    """Read UTF-16: with its mark, or where every other octet of a line's beginning is zero; None: it is not."""
    for codec, beginnings in (("utf-16-le", (b"\xff\xfe", b"<\0")), ("utf-16-be", (b"\xfe\xff", b"\0<"))):
        if raw.startswith(beginnings):
            whole = raw + bytes(len(raw) % 2)  # the last zero was taken for a trailer
            return whole.decode(codec, errors="replace").lstrip("\ufeff")
    return None


def _cut_short(raw: bytes, error: UnicodeDecodeError) -> bool:
    """Whether only the last character lacks octets, and others before it are UTF-8."""
    return error.reason == "unexpected end of data" and not raw[: error.start].isascii()


def _mostly_utf8(raw: bytes) -> bool:
    """Whether more characters fit than octets do not: some device or relay cut it elsewhere, or added a word."""
    others = [character for character in raw.decode(errors="surrogateescape") if not character.isascii()]
    return 2 * sum(map(_is_usual, others)) > len(others)


def _is_usual(character: str) -> bool:
    """Whether a letter is one of the West, or needs three octets: pairs of other texts seldom look like either."""
    return "\xa0" <= character <= "\u017f" or (character >= "\u0800" and not "\udc80" <= character <= "\udcff")


def _by_kind(raw: bytes) -> str:
    if known := _cyrillic(raw) or _big5(raw):
        return known
    runs = _HIGH.findall(raw)
    paired = all(len(run) % 2 == 0 and min(run) > 0xA0 for run in runs)
    if paired and _EUC_KANA.search(raw) and (japanese := _read_as(raw, "euc_jp")):
        return japanese
    if paired and len(_IN_A_WORD.findall(raw)) < len(runs) and (chinese := _read_as(raw, "gbk")):
        return chinese
    if not _CONTROL.search(raw):
        return raw.decode("latin-1")
    japanese = _read_as(raw, "cp932")
    if japanese and (_KANA.search(japanese) or _is_kanji(japanese)):
        return japanese
    return raw.decode(errors="backslashreplace") if _NO_PUNCTUATION.search(raw) else raw.decode("cp1252")


def _cyrillic(raw: bytes) -> str | None:
    """Words of three letters or more that are all no ASCII, nearly all in small letters."""
    letters = b"".join(_CYRILLIC_WORD.findall(raw))
    if len(letters) < FEWEST_CYRILLIC or _BELOW_CYRILLIC.search(raw):
        return None
    upper_half = sum(letter >= 0xE0 for letter in letters)
    return raw.decode("cp1251" if upper_half * 2 > len(letters) else "koi8-r", errors="backslashreplace")


def _big5(raw: bytes) -> str | None:
    if not _BIG5_ONLY.search(raw):
        return None
    text = _read_as(raw, "big5")
    return text if text and _BIG5_WORD.search(text) and not _rare(text) else None


def _rare(text: str) -> bool:
    """Whether characters occur that Big5 keeps behind the usual ones; Latin-1 read so is full of them."""
    return any(character.encode("big5") > b"\xc6\x7e" for character in text if not character.isascii())


def _is_kanji(text: str) -> bool:
    return bool(_KANJI.search(text)) and not _APOSTROPHE.search(text) and not _HALF_WIDTH.search(text)


def _read_as(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None
