"""Removes secrets from messages, and masks personal data that must not leave the site.

Secrets go before anything is stored: a logged command may set a password. Personal data (numbers, user names) stays in
the event log and the incidents on the site. It is masked in all that leaves the site, unless the order permits it:
records, mails, posts, answers to callers elsewhere, bundles.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.redaction import GROUP, HIDDEN, hide
from cmsp_agent.pipeline.personal import ANY_WORD, PERSONAL, TELEPHONE, TYPED
from cmsp_agent.plugin.api import DeviceType

MASKED = "<masked>"

_SUSPICIOUS = (
    "pass",
    "secret",
    "communit",
    "psk",
    "key",
    "://",
    "token",
    "authorization",
    "cookie",
    "snmp-server user",
)
"""One of these is in each text that holds a secret."""
_NAMED = (
    r"(?:password|passwd|passphrase|secret|community|psk(?! (?:ascii|hex))|pre-shared-key|key-string|shared-secret)\b"
    r"(?: level \d+)?(?:\s+[0-9]\b)?[\s:=\"']+"
)
_PLAIN = (
    r"(?!(?:has|was|will|must|expired|expires|expiry|expiration|changed|level changed|policy|aging|ageing|required|"
    r"incorrect|mismatch|recovery|authentication failed)(?:[.,;:!]?$|[.,;:!]? [a-z]))"
)
"""Words after `password` that are none, where more words follow or nothing does."""
_SECRETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\blogged command:.*?\b{_NAMED}(?P<secret>[^\s\"',;]+)",
        rf"\b(?<!cmsp-agent ){_NAMED}{_PLAIN}(?P<secret>[^\s\"',;]+)",
        r"\bisakmp key (?:[0-9] )?(?P<secret>\S+)",
        r"\blogged command:.*?\bkey (?:[0-9] )?(?P<secret>\S+)",
        r"\bkey [0-9] (?P<secret>\S+)",
        r"\b(?:access_|auth_?|id_|refresh_|session_)?token[=:] ?\"?(?P<secret>[^\s&\"',;<>]+)",
        r"\b(?:x-)?(?:api|access|auth)[-_]?key\b\"?[=:]+ ?\"?(?P<secret>[^\s&\"',;<>]+)",
        r"\bauthorization: *(?:basic|bearer|digest|negotiate|ntlm|token) +(?P<secret>[^\r\n]+)",
        r"\b(?:set-)?cookie: *(?P<secret>[^\r\n]+)",
        r"\bsnmp-server user .*?\bauth (?:md5|sha\S*(?: (?:224|256|384|512))?) (?P<secret>\S+)",
        r"\bsnmp-server user .*?\bpriv (?:3?des|aes(?: ?\d+)?) (?P<secret>\S+)",
        r"\bpsk (?:ascii|hex) (?:\d )?(?P<secret>\S+)",
        r"\b(?:scp|sftp|ftp|https?)://[^\s:/@]+:(?P<secret>[^\s@]+)@",
    )
)
LONGEST_OBJECTS = 4096
"""Objects, and lines of configurations, whose masked form is remembered: each is shown again and again."""


def without_secrets(text: str) -> str:
    """The text as it may be stored. Nearly all texts hold nothing suspicious."""
    return hide(_SECRETS, text) if _may_hold(_SUSPICIOUS, text) else text


def hides(event: Event) -> bool:
    """Whether a secret was taken out of the event."""
    return HIDDEN in event.text or HIDDEN in event.object or any(HIDDEN in value for value in event.attributes.values())


def without_people(text: str) -> str:
    """The text as it may leave the site, where no device type says more."""
    patterns = _of_people(text)
    return hide(patterns, text, MASKED) if patterns else text


def _of_people(text: str) -> list[re.Pattern[str]]:
    """The patterns that may find a person or a number in the text."""
    if not _may_hold(ANY_WORD, text):
        return []
    small = text.lower()
    every = not text.isascii()
    return [one for group in PERSONAL if every or any(map(small.__contains__, group.words)) for one in group.patterns]


def _may_hold(words: Sequence[str], text: str) -> bool:
    """Whether any of the words is in the text. To look for words costs a tenth of what the expressions cost."""
    if not text.isascii():  # where case does not count, some other letters count as these
        return True
    return any(map(text.lower().__contains__, words))


def incident_without_people(incident: Incident) -> Incident:
    """The incident as it may leave the site."""
    title = without_people(incident.masked_title or incident.title)
    if incident.reported_by is not None:
        title = hide(TELEPHONE, title, MASKED)
    notes = tuple(hide(TELEPHONE, without_people(note), MASKED) for note in incident.notes)
    where = MASKED if incident.masked_title else without_people(incident.where)
    recommendation = without_people(incident.recommendation)
    return replace(incident, title=title, notes=notes, where=where, recommendation=recommendation)


class Mask:
    """Masks the personal data of one device type's messages."""

    def __init__(self, device_type: DeviceType) -> None:
        self._own = tuple(re.compile(rule.pattern) for rule in device_type.personal)
        self.object_of = lru_cache(LONGEST_OBJECTS)(self._object)
        self._line = lru_cache(LONGEST_OBJECTS)(self._printed_line)

    def __call__(self, event: Event) -> Event:
        """The event as it may leave the site."""
        name = self.object_of(event.object, event.text)
        text = self._text(event.text)
        if name != event.object:
            text = text.replace(event.object, name)
        attributes = self._attributes(event.attributes)
        if name != event.object:
            attributes = {key: value.replace(event.object, name) for key, value in attributes.items()}
        return replace(event, text=text, object=name, attributes=attributes)

    def printed(self, text: str) -> str:
        """What a device prints, a configuration or a table, as it may leave the site."""
        return "\n".join(map(self._line, text.split("\n")))

    def _printed_line(self, line: str) -> str:
        words = line.lstrip(" \t+-")  # a difference begins its lines with a sign
        masked = hide(TELEPHONE, self._text(TYPED + self._text(words))[len(TYPED) :], MASKED)
        return line[: len(line) - len(words)] + masked

    def _object(self, name: str, text: str) -> str:
        """The object without what the text shows to be a person's, or a number that calls."""
        if not name:
            return name
        patterns, parts = self._patterns(text), {text, *text.split("\n")}
        people = {found[GROUP] for one in patterns for part in parts for found in one.finditer(part) if found[GROUP]}
        hidden = self._text(name)
        for each in sorted(people, key=len, reverse=True):
            hidden = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", MASKED, hidden)
        return hidden

    def _text(self, text: str) -> str:
        """Masked as a whole and line by line: an event keeps what several messages said, each with its own end."""
        patterns = self._patterns(text)
        hidden = hide(patterns, text, MASKED)
        lines = hidden.split("\n")
        return "\n".join(hide(patterns, line, MASKED) for line in lines) if len(lines) > 1 else hidden

    def _patterns(self, text: str) -> Sequence[re.Pattern[str]]:
        """Those that may find something in the text."""
        return [*_of_people(text), *self._own]

    def _attributes(self, attributes: Mapping[str, str]) -> Mapping[str, str]:
        """Each value is read with its name before it, which says what a bare number is."""
        return {name: self._text(f"{name}={value}")[len(name) + 1 :] for name, value in attributes.items()}
