"""Ends of lines as devices write them (CR LF, CR CR LF, LF CR, padded by NUL), as one bare newline each. Pure."""

import re

_ODD = re.compile(r"[\r\0]*\n[\r\0]*")


def bare_newlines(text: str) -> str:
    """The text with each end of a line as one newline; a carriage return elsewhere stays."""
    text = text.replace("\r\n", "\n")
    return _ODD.sub("\n", text) if "\r" in text or "\0" in text else text
