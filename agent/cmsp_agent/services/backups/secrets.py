"""What a secret looks like in any device's configuration. Device types add only what is peculiar to them.

A command is known by its words at a line's start, and then whatever stands in the secret's place is hidden. In other
text only a last word, or one before a known option, is a secret: a sentence with *password* in it stays readable.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from cmsp_agent.services.backups.makers_commands import EXTREME, HUAWEI, NET_SNMP
from cmsp_agent.services.backups.secret_commands import COMMANDS
from cmsp_agent.services.backups.secret_values import KIND, OPTIONS, VALUE
from cmsp_agent.services.backups.switch_commands import ENCRYPTED_ANEW, OPTION, SWITCHES

_WORD = (
    "(?:password|passwd|passphrase|passcode|pass-phrase|secret|pksecret|psksecret|pin|pincode|shared-secret|"
    "pre-shared-key|preshared-?key|psk|authentication-key|auth-key|authkey|shared-key|key-string|hex-key|"
    "key-octet-string|community-string|server-key|secret-data|private-key|priv-key|encr-key|tcp-md5-auth|"
    "encrypted-key|key-value|password-hash)(?:-\\d+)?"
)
_WORDS = rf"(?:[\w-]*-)?{_WORD}"
_LINE = r"(?:enable |username \S+ .*?)?"
_SEVERAL = rf"(?P<secret>(?!<hidden>)\S+(?: +(?!(?:{OPTIONS})\b)\S+)+)"
"""A secret with spaces in it: the rest of its line."""
_SAYS = "is|was|are|has|have|had|must|may|can(?:not)?|will|should|reset|required|policy|expired|expires|restrictions?"
"""Words that follow *password* in a sentence, and begin no passphrase."""
_NO_VALUE = rf"(?! +(?:encryption|strength-check|secure-mode|lifetime)\b| +(?:{_SAYS}) +\S)"
_LAST = rf"(?![\[\]{{}}]+(?:;?\s|$))(?P<secret>\"[^\"\n]+\"|[^\s\"]+?)(?=;?\s*(?:##.*)?$|;? +(?:{OPTIONS})\b)"
_TAG = (
    r"(?![\w:-]*(?i:expir|polic|complex|enforce|strength|history|lifetime|length|reset))"
    r"(?:[\w:.-]*(?i:passw|pwd|secret|psk|(?:shared|private|priv|auth)[_-]?key|community|pass_?phrase)[\w:-]*|"
    r"(?:[\w:-]*[a-z_:-])?(?:PIN|Pin|pin)(?i:code)?\d*)"
)
_NAMES = (
    r"(?<![\w.-])(?i:[\w.-]*(?:pass|passw(?:or)?d|pwd?|secret|passphrase|psk|"
    r"(?:(?:shared|private|auth|authentication|priv|md5)[_-]?|(?:secret|access)[_-]?(?:access[_-]?)?|api[_-]?)key|(?:access|auth|refresh)[_-]?token|"
    r"community(?!\w*(?:count|size|max|limit|number|index|length|total|type|enabled?)(?![a-z]))\w*|communities)(?:_?\d+_?)?)"
)
_GRAMMAR = (
    f"{_SAYS}|a|an|and|as|at|be|been|before|by|changed?|complexity(?:-\\w+)?|do|does|encryption|failed|for|from|if|in|incorrect|"
    "invalid|it|never|now|always|not|of|on|or|please|prompt|recovery|rejected|secure-mode|set|share|strength-check|the|this|to|too|until|"
    "were|when|with|wrong|"
    "you|your"
)
"""Words that follow *password* in a sentence."""

_FREE = (
    r"^[ \t]*(?:(?:access-list +\S+ +|\d+ +)?remark|description|"
    r"(?:snmp-server +|snmp-agent +sys-info +|(?:set +)?snmp +)?(?:location|contact)|"
    r"(?i:sys(?:location|contact)))\b[^\n]*"
)
"""A line that is written for people: what is plain in it is no secret."""
_LONE = (
    "key|password|passwd|secret|passphrase|otp|phrase|salt|tgk|license|client|server|nas|group|token|pkcs12|srtp|"
    "shared-secret"
)
_ASIDE = (
    rf"(?:[!#]+[ \t]*(?!(?:{_LONE})\b(?! +\d +\S))|action +\S+ +(?!cli\b)|"
    r"(?:(?:access-list +\S+ +)?remark|description) +"
    r"(?=(?:\w+-(?:server|key|string|password)|enable|username|crypto) ))"
)
"""A command may stand in a comment, where a lone *key* or *password* begins a sentence, or in an action by itself."""
_WITHIN = (
    rf"{_ASIDE}?(?:(?:action +\S+ +)?cli(?: command)? +\"?(?:command \")?(?:[^\"\n;]*; *)?)?"
    r"(?:no +)?"
)
"""A command may be one that an event manager or a schedule runs, and it may be taken back."""
_ASKED = (
    r"\" +pattern +\"[^\"\n]*(?i:pass|sswor|word:|secret|phrase|pin:)[^\"\n]*\"[ \t]*\n"
    r"[ \t]*action +\S+ +cli(?: command)?"
)
"""After a command of an event manager that waits for a password prompt stands the password."""
_CAMEL = (
    r"\b(?:communityString|snmpCommunityName|\w*(?:[aA]uth|[pP]riv|[sS]hared)Key|"
    r"\w*(?:[a-z]Password|[a-z]Secret|[pP]assPhrase))"
)


@cache
def patterns() -> Sequence[re.Pattern[str]]:
    """Every form that is known; each has the group `secret`."""
    return [re.compile(each, re.MULTILINE) for each in _sources()]


def _sources() -> Iterator[str]:
    yield r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\s*\n?(?P<secret>[^-]+?)(?=\s*-----END)"
    yield r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@\"]*:(?!\d{1,5}/)(?P<secret>[^\s\"]+)@"
    yield r"\bhttp-proxy +\"?[^\s\":@]+:(?P<secret>[^\s\"]+)@"
    yield r"[?&;](?i:[\w-]*token|api-?_?key|auth|sig|signature|passw(?:or)?d|pwd|secret)=(?P<secret>[^\s&\"';]+)"
    yield r"(?i)\b(?:proxy-)?authorization\"? *:? *\"?(?:bearer|basic|token|digest) +(?P<secret>[^\s\"']{6,})"
    yield rf"\b(?:name|key|id)=([\"']){_TAG}\1[^<>\n]*?\bvalue=([\"'])(?P<secret>[^\"'\n]+)\2"
    yield rf"\b(?:name|key|id)=([\"']){_TAG}\1[^<>\n]*>(?P<secret>[^<\n]+)(?=</)"
    yield rf"\"(?:name|key|id)\"\s*:\s*\"{_TAG}\"\s*,\s*\"value\"\s*:\s*(?P<secret>\"(?:[^\"\\\n]|\\.)+\")"
    yield r"\bmail server \"?[^\s\":@]+:(?P<secret>[^\"\n]+)@"
    yield r"^event manager environment \S+ \"?[^\s\":@]+:(?P<secret>[^\"\n]+)@"
    yield r"(?P<secret>\$(?:\d{1,2}[a-z]?|y|nt|sha\d+)\$[^\s\"';]{6,})"
    yield r"\b(?P<secret>eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?)"  # a JSON web token
    yield r"\[--key +(?P<secret>[^\s\]]+)"
    yield r"\bENC +(?P<secret>\S+)"
    yield (
        r"\bsnmp (?:community(?! +(?:create|delete|accessmode|mode|ipaddr) +\S)|trap-target \S+ community) +"
        r"(?P<secret>\S+)"
    )
    yield r"^[ \t]*set .* private key +(?P<secret>\S+)"
    yield r"^[ \t]*set [^\n]*\bsnmp [^\n]*\bcommunity +(?P<secret>\S+)"
    for _ in range(3):  # asked for again in an answer's own line: each pass finds the next
        yield rf"{_ASKED} +\"?(?!\$|<hidden>)(?P<secret>[^\"\n]+?)(?=\"|[ \t]*$)"
    yield rf"{_CAMEL} +(?![=:]){VALUE}"
    yield r"^[ \t]*credentials +\"?[^\s\":]+:(?P<secret>[^\s\"]+)"
    yield r"\bpassword(?: *\(\w+\))? +: *(?P<secret>\S+)"
    yield r"\bmail-server +\"?[^\s\":@]+:(?P<secret>[^\s\"]+)@"
    yield rf"^[ \t]*{_LINE}(?:password|secret|passphrase|key-string){_NO_VALUE} +{KIND}{_SEVERAL}$"
    yield r"<(?:phash|prv|bcrypt-hash)>(?P<secret>[^<\n]+)(?=</)"
    yield ENCRYPTED_ANEW
    yield f"{OPTION}{VALUE}"
    for words in (*SWITCHES, *COMMANDS, *HUAWEI, *EXTREME, *NET_SNMP):
        yield rf"^(?:[^\n]*logged command:)?[ \t]*{_WITHIN}(?:{words}) +{KIND}{VALUE}"
    yield (
        rf"{_FREE}\b{_WORD}\b[^\n]*$|"
        rf"(?<!service )(?<!description )(?<!remark )\b{_WORD} +{KIND}(?!(?:{_GRAMMAR})(?:[\s.,;:!?)]|$)){_LAST}"
    )
    yield rf"(?:\b(?:description|remark) +{_WORDS}|{_FREE}\b{_WORD}) +{KIND}(?P<secret>\S*[^a-z\s]\S*)\s*$"
    yield r"^[ \t]*(?:trapsess|informsess|proxy)\b[^\n]*? -[cAX](?P<secret>[^\s-]\S*)"
    yield r"^[ \t]*community +(?P<secret>\S+) +\{\s*(?:authorization|clients?|client-list-name|view|routing-instance)\b"
    yield rf"<(?P<tag>{_TAG})(?:\s[^<>]*)?>(?P<secret>[^<\n]+)(?=</)"
    yield rf"{_NAMES}[\"']?\s*[=:]\s*(?:\[\s*)?(?!\w+://|(?:{_GRAMMAR})[.,;:!?]?(?:\s|$))(?P<secret>\"(?:[^\"\\\n]|\\.)+(?:\"|$)|'[^'\n]+'|[^\s\"'<,;]+)"


_SALTED = re.compile(
    r"\bENC +(?P<secret>\S+)|(?P<key>-----BEGIN ENCRYPTED PRIVATE KEY-----)[^-]+|\bkey 7 (?P<salted>\$0\$\S+)"
)
"""Secrets that some devices encrypt anew for each reading: equal ones look different."""
_SALTED_HAS = ("ENC ", "BEGIN ENCRYPTED PRIVATE KEY", "$0$")


def without_salt(text: str) -> str:
    """The text without what is encrypted anew for each reading."""
    return _SALTED.sub("<encrypted anew>", text) if any(map(text.__contains__, _SALTED_HAS)) else text
