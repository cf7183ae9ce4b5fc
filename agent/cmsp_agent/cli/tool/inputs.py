"""What a tool reads: a file or standard input, as it is, as hexadecimal digits or as a capture."""

import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from cmsp_agent.model.errors import AgentError

_CAPTURES = (
    b"\xd4\xc3\xb2\xa1",
    b"\x4d\x3c\xb2\xa1",
    b"\xa1\xb2\xc3\xd4",
    b"\xa1\xb2\x3c\x4d",
    b"\x0a\x0d\x0d\x0a",
)
"""How pcap and pcapng files begin."""
_HEX_LINE = re.compile(r"(?:0x)?(?:[0-9a-fA-F]{2}[\s:]*)+\Z")
_DUMP_LINE = re.compile(
    r"\s*(?:0x)?[0-9a-fA-F]{4,8}:?\s+((?:[0-9a-fA-F]{2,4}\s{1,2})*[0-9a-fA-F]{2,4})(?:\s{2,}.*|\s*)\Z"
)

_MARKS = re.compile(r"0[xX]|\\x|[,;]")
"""What stands around octets that a program has printed."""
_NOTHING_ELSE = re.compile(r"[0-9a-fA-F\s:]{40,}\Z")
"""So many digits are no text, though one may be missing."""
_BOM = b"\xef\xbb\xbf"
_SEQUENCE = 0x30


class UnreadableInput(AgentError):
    """The input is not of the form that it was said to be."""

    exit_code = 2


class Form(StrEnum):
    """How the octets are written down."""

    AUTO = "auto"
    TEXT = "text"
    DATAGRAM = "datagram"
    HEX = "hex"
    PCAP = "pcap"


def octets_of(source: Path | None) -> bytes:
    """All of a file, or of standard input where there is none or it is called `-`.

    Raises:
        UnreadableInput: no such file.
    """
    try:
        return sys.stdin.buffer.read() if source is None or str(source) == "-" else source.read_bytes()
    except OSError as error:
        raise UnreadableInput(f"{source}: {error.strerror}") from error


def form_of(data: bytes) -> Form:
    """A capture by its first octets, hexadecimal digits by there being nothing else, else text."""
    if data[:4] in _CAPTURES:
        return Form.PCAP
    try:
        lines = data.removeprefix(_BOM).decode("ascii").splitlines()
    except UnicodeDecodeError:
        return Form.TEXT
    written = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return Form.HEX if written and all(_is_hex(line) for line in written) else Form.TEXT


def datagrams_of_hex(data: bytes) -> Iterator[bytes]:
    """The datagrams; a dump (`0000: 3c 31 …`) or digits that were wrapped are joined, an empty line ends a datagram.

    Raises:
        UnreadableInput: something else than digits.
    """
    held = bytearray()
    for number, line in enumerate(data.removeprefix(_BOM).decode("ascii", "replace").splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        dumped = _DUMP_LINE.match(line)
        octets = bytes.fromhex(dumped[1]) if dumped else _digits(line, number)
        if held and (not octets or (not dumped and _begins(held, octets))):
            yield bytes(held)
            held.clear()
        held += octets
    if held:
        yield bytes(held)


def _begins(held: bytearray, octets: bytes) -> bool:
    """Whether a line starts another datagram: after a whole SNMP message always, else with a PRI."""
    if held[0] == _SEQUENCE:
        return len(held) >= _announced(held)
    return octets[:1] == b"<"


def _announced(message: bytearray) -> int:
    """Octets of an SNMP message by its own length."""
    octets = message[1] & 0x7F if len(message) > 1 and message[1] & 0x80 else 0
    return 2 + octets + (int.from_bytes(message[2 : 2 + octets]) if octets else message[1] if len(message) > 1 else 0)


def _is_hex(line: str) -> bool:
    if _DUMP_LINE.match(line):
        return True
    stripped = _MARKS.sub(" ", line).strip()
    return bool(_HEX_LINE.match(stripped) and len(stripped) >= 4) or bool(_NOTHING_ELSE.match(stripped))


def _digits(line: str, number: int) -> bytes:
    digits = re.sub(r"[\s:]", "", _MARKS.sub(" ", line))
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        odd = re.fullmatch("[0-9a-fA-F]+", digits)
        why = f"{len(digits)} hexadecimal digits, which is odd" if odd else "no hexadecimal digits"
        raise UnreadableInput(f"line {number}: {why}: {line[:40]!r}") from error
