"""Names that a device gives to its parts. A name that contains the state is not used: the row number is."""

import re

_STATE = re.compile(
    r"\b(normal|warning|critical|shut ?down|not ?present|not ?functioning|not ?exist|ok|okay|good|bad|fault|faulty"
    r"|fail|failed|failure|absent|present|removed|missing|online|offline|up|down|on|off|active|inactive|enabled"
    r"|disabled|unknown|degraded|alarm|error|invalid)\b\s*(?=$|[,;:)\]/])",
    re.IGNORECASE,
)


_DIGITS = re.compile(r"([0-9]+)")


def natural(text: str) -> list[tuple[str, int]]:
    """A key that sorts numbers in a text by their value: `:2` before `:10`."""
    parts = _DIGITS.split(text)
    return [(word, int(number or 0)) for word, number in zip(parts[::2], [*parts[1::2], ""], strict=True)]


def labelled(label: str, index: str) -> str:
    """The object of a row: its label, or its index where the label changes with the state (`Sw1, PS1 Normal`)."""
    return index if index and _STATE.search(label) else label
