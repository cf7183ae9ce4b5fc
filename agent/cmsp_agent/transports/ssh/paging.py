"""Pagers that can't be turned off: how they look, which key goes on, what they leave in the text. Pure."""

import re

_PAGER = re.compile(
    r"(?i)^(?:\W{0,6}<?-{1,3} ?\(?more\b[^\n]{0,70}|\W{1,8}(?:hit space for )?more\W{0,8}|more: <space>[^\n]{0,60}|"
    r"more(?:\?|\.{2,3}) ?|<space>[^\n]{0,30}\bmore\b[^\n]{0,30}| ?lines \d+-\d+[^\n]{0,20}|:|"
    r"\W{0,4}(?:\w+ )?\(END\)\W{0,4}|"
    r" *(?:press|hit|type)\b[^\n]{0,12}\b(?:key|space(?: ?bar)?|enter|return)\b[^\n]{0,12}\bcontinue[^\n]{0,60})$"
)
_ALIKE = re.compile(
    r"(?i)^(?!.*[#$%] ?$)[^\n]{0,60}"
    r"\b(?:more|continue|next page|space(?: ?bar)?|(?:any|return|enter) key|quit|abort)\b[^\n]{0,60}$"
)
_BEGIN = re.compile(
    r"(?i)^ *(?:please )?(?:press|hit|type)\b[^\n]{0,12}\b(?:enter|return)\b[^\n]{0,12}"
    r"\bto (?:get started|start|begin|continue|log ?in)\W*$"
)
_LINE_KEY = re.compile(r"(?i)\b(?:enter|return)\b")
_ANY_KEY = re.compile(r"(?i)\b(?:key|space|more)\b")
_BEGINS, _ENDS = "\x00page\x00", "\x00/page\x00"
_ERASED = re.compile(
    rf"{_BEGINS}[^\x00]*{_ENDS}"
    r"(?:(?:\x08+|\r(?!\r*\n)|\r*\n(?=\r?\x1b\[1?[AF])| +(?=[\x08\r\x1b])|\x1b\[[0-9;]*[A-HJKPSTXd]|"
    r"\x1b\[(?:0|27)?m|\x1b[78]|\x1b\[[su])+|\r*\n)?"
)
_GOES_ON = re.compile(rf"{_ENDS}\r*\n")


def is_pager(line: str) -> bool:
    """Whether the device waits for a key before it shows more."""
    return _PAGER.match(line) is not None


def may_be_pager(line: str) -> bool:
    """Whether the line may be one of a kind that nobody has described yet, where the device says no more."""
    return _ALIKE.match(line) is not None


def waits_for_return(text: str) -> bool:
    """Whether the device says no more until somebody types a return: its last words ask for it."""
    return _BEGIN.match(text.rstrip().rpartition("\n")[2].strip("\r")) is not None


def went_on(text: str) -> bool:
    """Whether the key for the last line was typed already."""
    return _ENDS in text.rpartition("\n")[2]


def key_for(line: str) -> str:
    """What is typed to go on."""
    if "(END)" in line:
        return "q"
    return "\n" if _LINE_KEY.search(line) and not _ANY_KEY.search(line) else " "


def marked(text: str) -> str:
    """The text, whose last line is a pager, with that line marked: whether it was one shows only later."""
    cut = max(text.rfind("\n"), text.rfind("\r")) + 1
    return f"{text[:cut]}{_BEGINS}{text[cut:]}{_ENDS}"


def without_pagers(text: str, *, expected: bool) -> str:
    """The text without pagers and without what erases them on a screen.

    Args:
        text: with its pagers marked.
        expected: paging was not turned off. Otherwise one line that looks like a pager and is ended by the device, as
            any other, is text at which the device paused.
    """
    if _BEGINS not in text:
        return text
    if not expected and text.count(_BEGINS) == 1 and _GOES_ON.search(text):
        return text.replace(_BEGINS, "").replace(_ENDS, "")
    return _ERASED.sub("", text)
