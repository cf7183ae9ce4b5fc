"""Text that is no UTF-8, made readable: GBK where all its octets come in pairs, Latin-1, else escapes."""

import re

_HIGH = re.compile(rb"[\x80-\xff]+")
_CONTROL = re.compile(rb"[\x80-\x9f]")


def decode_other(raw: bytes) -> str:
    r"""Read octets that `bytes.decode` refuses.

    UTF-8 that was cut within its last character stays UTF-8. Octets that fit nothing read as `\xe9`.
    """
    return raw.decode(errors="backslashreplace") if _cut_short(raw) else _by_kind(raw)


def _cut_short(raw: bytes) -> bool:
    """Whether only the last character lacks octets, and others before it are UTF-8."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and any(octet > 0x7F for octet in raw[: error.start])
    return False


def _by_kind(raw: bytes) -> str:
    runs = _HIGH.findall(raw)
    if all(len(run) % 2 == 0 and min(run) > 0xA0 for run in runs):
        try:
            return raw.decode("gbk")
        except UnicodeDecodeError:
            pass
    return raw.decode(errors="backslashreplace") if _CONTROL.search(raw) else raw.decode("latin-1")
