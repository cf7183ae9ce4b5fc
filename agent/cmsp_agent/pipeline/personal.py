"""Where messages name people, whatever the device: telephone numbers, user names, names. Patterns only: see privacy.

What a pattern calls `secret` is masked. The words of a group are looked for before its patterns: one of them is in each
text in which any of these finds something.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple


class Personal(NamedTuple):
    """Patterns, and the words (in small letters) of which each match has one."""

    words: tuple[str, ...]
    patterns: Sequence[re.Pattern[str]]


def _group(words: str, *patterns: str) -> Personal:
    return Personal(tuple(words.split(" | ")), [re.compile(pattern, re.IGNORECASE) for pattern in patterns])


_EMERGENCY = r"(?![09]?(?:112|911|999|000)(?![\w*#])|0?(?:11[0-9]|933|116\d{3})(?![\w*#]))"
"""The numbers of emergency and help services, also behind the digit for an outside line, are nobody's."""
_NUMBER = rf"{_EMERGENCY}(?P<secret>[+*#]?\d[\d*#]{{2,}})"
_SPACED = r"(?P<secret>\+\d[\d ().-]{5,22}\d|\(?0\d{1,3}\)?(?:[ .-]\d{2,4}){2,5})"
"""A number as people write it: its groups apart."""
_GAP = r"(?:[^\d+*#\n]{0,20}(?:\.\d+)+=)?[^\d+*#\n]{0,20}"
_NAME = r"(?P<secret>[^\s'\"\[\](){}<>,;:=@]+)"
_PLAIN = (
    r"(?!(?:is|are|was|were|has|had|logged|logs|login|logon|logout|found|agent|agents|plane|space|exec|mode|level|groups?|"
    r"sessions?|data|errors?|interface|requests?|accounts?|names?|authentication|input|input,|access|console|console,|"
    r"system|snmp|process|memory|command|commands|ip|id|priv|role|roles|profile|facing|defined|and|or|with|the|a|an|to|"
    r"in|of|at|on|by|for|from|via|not|no|limit|limits|table|database|port|ports|device|devices|traffic|vlan)\b)"
)
"""Words beside `user` that name nobody."""
_NOBODY = r"(?!(?:console|system|snmp|process|memory|timer|stp)\b)"
_BY = (
    r"\b(?:configured|reconfigured|modified|committed|unlocked|locked|saved|reload requested|requested|acknowledged|"
    r"configuration changed|copied|rolled back)\b[^\n]{0,80}? by (?:user )?"
)
_HEADER = r"(?:from|to|contact|p-asserted-identity|p-preferred-identity|remote-party-id|diversion|referred-by)"
_COMMAND = r"\blogged command: ?"

PERSONAL: tuple[Personal, ...] = (
    _group(
        "call | dial | redirect | ani | dnis | msisdn | phone | directory",
        rf"(?:call(?:ed|ing|er)|diall?(?:ed|ing)|redirect(?:ed|ing)|\b(?:ani|dnis|msisdn)\b){_GAP}{_NUMBER}",
        rf"(?:call(?:ed|ing|er)|diall?(?:ed|ing)|redirect(?:ed|ing)|\b(?:ani|dnis|msisdn|phone)\b)[^\d+(\n]{{0,20}}{_SPACED}",
        rf"\bcall (?:to|from) {_NUMBER}(?![.\d/])",
        rf"\bcall (?:to|from) {_SPACED}",
        rf"\bcall from [^\n]{{1,40}}? to {_NUMBER}(?![.\d/])",
        rf"\bcall from [^\n]{{1,40}}? to {_SPACED}",
        rf"\b(?:tele)?phone(?: number)?[ :=]+{_NUMBER}",
        rf"\bdirectory ?number[ :=]+{_NUMBER}",
    ),
    _group("party number", rf"\bparty number i = 0x[0-9a-f]+, '{_EMERGENCY}(?P<secret>[^']+)'"),
    _group("connected", rf"\b(?:dis)?connected (?:to|from) {_NUMBER}(?![.\d/])"),
    _group("number=", r"\bnumber=(?P<secret>[+*#]?\d{5,})"),
    _group("number", r"(?:^|[.;:,(\[])\s?number[ :]+(?P<secret>\+?\d{5,})\b"),
    _group(
        "cgn | cdn | clid | cli | e.164 | e164 | peeraddress | subscriber | extension | dn",
        rf"\b(?:cgn|cdn|clid|e\.?164|peeraddress|subscriber|extension|dn)[ :=]+['\"]?{_NUMBER}(?![.\d/])",
        rf"\bcli[:=] ?['\"]?{_NUMBER}",
    ),
    _group(
        "src | source | dst | dest",
        r"\b(?:src|source|dst|dest(?:ination)?)[ _-]?(?:uri|user|number|phone)[a-z]{0,6}[ :=]+['\"]?(?:sips?:)?"
        r"(?P<secret>[^\s@\"'|;,<>]+)",
    ),
    _group("sip:", rf"\bsip:{_EMERGENCY}(?P<secret>[^\s@<>\";]+)(?:;[^\s@<>\"]*)?@"),
    _group("sips:", rf"\bsips:{_EMERGENCY}(?P<secret>[^\s@<>\";]+)(?:;[^\s@<>\"]*)?@"),
    _group("tel:", rf"\btel:{_EMERGENCY}(?P<secret>[+\d][\d.()-]{{2,}})"),
    _group(
        "@",
        rf"(?<![\w.+-]){_EMERGENCY}(?P<secret>[\w.+-]+)@(?:[\w-]+\.)+[a-z]{{2,}}\b",
        rf"(?<![\w+]){_EMERGENCY}(?P<secret>\+?\d{{3,}})@",
    ),
    _group('"', rf"\b{_HEADER}: *\"(?P<secret>[^\"]+)\" *<"),
    _group(
        "name",
        r"(?<![a-z])[a-z]{0,12}(?:display|caller|calling|called)[ -]?[a-z]{0,7}[ -]?name *[=:] *\"?"
        r"(?P<secret>[^;,\"\n\]]+)",
        r"phone-?\d+ name[ :=]+\"?(?P<secret>[^:;,\"\n]+)",
    ),
    _group(
        "description=",
        r"\[devicename=(?:sep|csf|tct|bot|tab|ata|ipc|cti)\w+\][^\n]*?\[description=(?P<secret>[^\]]+)\]",
    ),
    _group(
        "user | login | uname",
        rf"\b(?:user|login)[ _-]?(?:name|id)?(?: ?[:=] ?|[ :=]*['\"])['\"]?{_NAME}",
        rf"\buname: ?{_NAME}",
        r"\buser <(?P<secret>[^>\s]+)>",
        rf"\b(?:invalid|for|by|from|authenticating|of|as) user {_PLAIN}{_NAME}",
        rf"\buser {_PLAIN}{_NAME}(?= (?:has|is|was|locked|unlocked|authentication|logged|exited|from|requested|"
        r"executed|on|at|via)\b)",
        rf"\buser {_PLAIN}{_NAME}$",
    ),
    _group("password for", rf"\bpassword for {_NAME} from\b"),
    _group("accepted", rf"\baccepted \S+ for {_PLAIN}{_NAME} from\b"),
    _group("sudo", rf"\bsudo(?:\[\d+\])?: +{_NAME} :"),
    _group("/home/", r"/home/(?P<secret>[^\s/;:]+)"),
    _group(" by ", rf"{_BY}{_NOBODY}{_NAME}(?=@| on | from | at |,|\.?$| logged|\n)"),
    _group("from console as", rf"\bfrom console as {_PLAIN}{_NAME}"),
    _group(
        "logged command:",
        rf"{_COMMAND}(?:no )?(?:name|label|caller-id name|station-id name) (?P<secret>[^\n]+)",
        rf"{_COMMAND}(?:no )?username (?P<secret>\S+)",
        rf"{_COMMAND}[^\n]*?\b(?:number|destination-pattern|answer-address|called-number|caller-id|speed-dial \d+|"
        rf"fastdial \d+|pilot|call-forward [a-z]+|dn) {_NUMBER}",
    ),
)

TYPED = "logged command: "
"""Stands before a line of a configuration, as before a command that a device logs: the same words name people there."""
TELEPHONE = (
    re.compile(r"(?<![\w.:/@+-])(?P<secret>\+\d{6,15}|0\d{8,14})(?![\w.:/-])"),
    re.compile(r"^\s*(?P<secret>[+*#]?\d{5,15})\s*$"),
)
"""What has the form of a telephone number in what a device prints, or is a line of its own: no word says what it is."""

_WORDS = {word for group in PERSONAL for word in group.words}
ANY_WORD = tuple(sorted(word for word in _WORDS if not any(each in word for each in _WORDS - {word})))
"""One of these is in each text in which any pattern finds something. Nearly all texts have none."""
