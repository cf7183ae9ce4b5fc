"""Secrets in the tables of an ini file, as AudioCodes devices write them: the name of the column says which they are.

A table begins with `[ Name ]` and a line `FORMAT Index = Column, Column, …;`, has rows `Name 0 = value, "value", …;`,
and ends with its name behind a backslash in brackets. One that is cut short ends with the text.
"""

import re

from cmsp_agent.model.redaction import HIDDEN

_TABLE = re.compile(
    r"^\[ *(?P<name>\w+) *\][ \t]*\r?\n(?:[ \t]*\r?\n)*"
    r"FORMAT [^=\n]+=(?P<columns>[^;\n]+);(?P<rows>.*?)(?=^\[|\Z)",
    re.MULTILINE | re.DOTALL,
)
_ROW = re.compile(r"^(?P<head>[ \t]*\w+ \d+ *= *)(?P<values>[^\n]*)$", re.MULTILINE)
_VALUE = re.compile(r'(?P<value>"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[^,;\n]*)(?P<end>[,;]\s*|$)')
_SECRET = re.compile(
    r"(?i:password|passwd|passphrase|pwd|secret|psk|(?<!public)(?<!public_)key|community(?:string)?)\d*\Z", re.ASCII
)


def hide_columns(text: str) -> str:
    """The text with every value hidden whose column is named as a password, a secret, a key or a community."""
    return _TABLE.sub(_hidden_table, text) if "FORMAT " in text else text


def _hidden_table(table: re.Match[str]) -> str:
    places = {place for place, name in enumerate(table["columns"].split(",")) if _SECRET.search(name.strip())}
    if not places:
        return table[0]
    before = table[0][: table.start("rows") - table.start()]
    return before + _ROW.sub(lambda row: row["head"] + _hidden_values(row["values"], places), table["rows"])


def _hidden_values(values: str, places: set[int]) -> str:
    shown = []
    for place, found in enumerate(_VALUE.finditer(values)):
        empty = not found["value"].strip("\"' ")
        shown.append((found["value"] if empty or place not in places else HIDDEN) + found["end"])
    return "".join(shown)
