"""What a secret looks like in any device's configuration. Device types add only what is peculiar to them.

A command is known by its words at a line's start, and then whatever stands in the secret's place is hidden. In other
text only a last word, or one before a known option, is a secret: a sentence with *password* in it stays readable.
"""

import re
from collections.abc import Iterator

from cmsp_agent.services.backups.secret_commands import COMMANDS

_OPTIONS = (
    "additive|address|authenticat\\w+|config|context|encrypted|group|hash|hostname|informs?|level|localizedkey|parser|"
    "pattern|pbkdf2|port|priv(?:ilege)?|realm|ro|role|rw|timeout|timestamps?|tos|udp-port|use-acl|use-vrf|version|view|"
    "vrf|expires|clear|auth|acct-port|auth-port|single-connection|memory|ipsec|mschap|nt-encrypted|hidden|secret|"
    "store-local|transmit-key|service|obscured|nointeractive"
)
"""Words that may follow a secret in its line, and so are none where a digit stands before them."""
_KINDS = (
    "ENC|encrypted|encoded|clear|cleartext|ciphertext|plaintext|ascii|ascii-text|hex|hexadecimal|text|sha512|scrypt"
)
_KIND = rf"(?>(?:(?:\d|{_KINDS}) +(?!(?:{_OPTIONS})\b))*)"
"""How the secret is kept: a digit or a word before it."""
_VALUE = r"(?P<secret>\"(?:[^\"\\\n]|\\.)*\"|\S+?)(?=[;\"]?(?:\s|$))"
_WORDS = (
    "(?:[\\w-]*-)?(?:password|passwd|passphrase|passcode|pass-phrase|secret|pksecret|psksecret|pin|pincode|shared-secret|"
    "pre-shared-key|preshared-key|psk|authentication-key|auth-key|authkey|key-string|hex-key|key-octet-string|"
    "community-string|server-key|secret-data|private-key|priv-key|tcp-md5-auth)"
)
_LINE = r"(?:enable |username \S+ .*?)?"
_SEVERAL = rf"(?P<secret>(?!<hidden>)\S+(?: +(?!(?:{_OPTIONS})\b)\S+)+)"
"""A secret with spaces in it: the rest of its line."""
_NO_VALUE = r"(?! +(?:encryption|strength-check|lifetime)\b)"
_LAST = rf"(?P<secret>\"[^\"\n]+\"|[^\s\"]+?)(?=;?\s*$|;? +(?:{_OPTIONS})\b)"
_TAG = r"[\w:-]*(?i:passw|secret|psk|shared_key|private_?key|community|pass_?phrase)[\w:-]*"
_NAMES = r"(?<![\w.-])(?i:[\w.-]*(?:pass|passw(?:or)?d|pwd?|secret|passphrase|psk|sharedkey|privatekey|community\w*))"
_GRAMMAR = (
    "a|an|and|are|as|at|be|been|before|by|can(?:not)?|changed?|complexity|do|does|encryption|expired|expires|failed|for|"
    "from|had|has|have|if|in|incorrect|invalid|is|it|may|must|not|of|on|or|please|policy|prompt|recovery|rejected|strength-check|"
    "required|set|should|the|to|too|until|was|were|when|will|with|wrong|you|your"
)
"""Words that follow *password* in a sentence."""

_WITHIN = r"(?:action +\S+ +)?cli(?: command)? +\"?(?:command \")?"
"""A command may be one that an event manager or a schedule runs."""
_SERVERS = r"(?:tacacs|radius|ldap|aaa-server|aaa group)\b[^\n]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+key"
"""A server's key in its own section: there `key 63` is a secret too, which in a key chain is a number."""


def patterns() -> list[re.Pattern[str]]:
    """Every form that is known; each has the group `secret`."""
    return [re.compile(each, re.MULTILINE) for each in _sources()]


def _sources() -> Iterator[str]:
    yield r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\s*\n?(?P<secret>[^-]+?)(?=\s*-----END)"
    yield r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@\"]*:(?P<secret>[^\s\"]+)@"
    yield r"\bmail server \"?[^\s\":@]+:(?P<secret>[^\"\n]+)@"
    yield r"^event manager environment \S+ \"?[^\s\":@]+:(?P<secret>[^\"\n]+)@"
    yield r"(?P<secret>\$(?:\d{1,2}[a-z]?|y|nt|sha\d+)\$[^\s\"';]{6,})"
    yield r"\bENC +(?P<secret>\S+)"
    yield r"\bsnmp (?:community|trap-target \S+ community) +(?P<secret>\S+)"
    yield r"^[ \t]*set .* private key +(?P<secret>\S+)"
    yield rf"^{_SERVERS} +{_KIND}{_VALUE}"
    yield rf"^[ \t]*{_LINE}(?:password|secret|passphrase){_NO_VALUE} +{_KIND}{_SEVERAL}$"
    for words in COMMANDS:
        yield rf"^[ \t]*(?:{_WITHIN})?(?:{words}) +{_KIND}{_VALUE}"
    yield rf"\b{_WORDS} +{_KIND}(?!(?:{_GRAMMAR})\b){_LAST}"
    yield rf"<(?P<tag>{_TAG})(?:\s[^<>]*)?>(?P<secret>[^<\n]+)(?=</)"
    yield rf"{_NAMES}\"?\s*[=:]\s*(?!\w+://)(?P<secret>\"(?:[^\"\\\n]|\\.)+\"|'[^'\n]+'|[^\s\"'<,;]+)"


SALTED = re.compile(
    r"\bENC +(?P<secret>\S+)|(?P<key>-----BEGIN ENCRYPTED PRIVATE KEY-----)[^-]+|\bkey 7 (?P<salted>\$0\$\S+)"
)
"""Secrets that some devices encrypt anew for each reading: equal ones look different."""
