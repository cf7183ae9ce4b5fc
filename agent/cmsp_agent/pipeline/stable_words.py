"""What names a message that no rule knows: the words that stay when it comes again. Pure."""

import re

LONGEST_WORDS = 96
_PORT = re.compile(r"(?<![\w.:/%])[A-Za-z]{2,}(?:-[A-Za-z]+)*\d+(?:/\d+)+(?:[.:]\d+)?(?![\w/])")
"""A port's name: letters, then numbers with slashes (`Gi0/0/1`, `Serial0/1/0:15`)."""
_PART = re.compile(r"\W*([A-Za-z]{2,12})\d{1,3}\W*")
"""Another part with its number (`eth0:`)."""
_HEXADECIMAL = re.compile(r"[A-Fa-f]+")
_VARIES = re.compile(r"\d|^\W*(?:[0-9A-Fa-f]{2,4}[:.-]){2,}")
"""A word that has a number, or is an address in letters (`ab:cd:ef:fa:fb:fc`)."""


def stable_words(text: str) -> str:
    """What stays the same when a message comes again: its words without numbers, addresses and times.

    A port's name stays (`Gi0/0/1`), and of other parts with a number their kind (`ata1`, `eth0`).
    """
    return " ".join(filter(None, map(_stable, text.split())))[:LONGEST_WORDS].strip()


def _stable(word: str) -> str:
    if not _VARIES.search(word):
        return word
    port = _PORT.search(word)
    if port is not None:
        return port[0]
    part = _PART.fullmatch(word)
    return "" if part is None or _HEXADECIMAL.fullmatch(part[1]) else part[1]
