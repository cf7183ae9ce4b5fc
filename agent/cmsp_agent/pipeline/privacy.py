"""Removes secrets from messages, and masks personal data that must not leave the site.

Secrets go before anything is stored: a logged command may set a password. Personal data (numbers, user names) stays in
the event log on the site and is masked in records for the head-end, unless the order permits it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from cmsp_agent.model.event import Event
from cmsp_agent.model.redaction import hide
from cmsp_agent.plugin.api import DeviceType

MASKED = "<masked>"

_SUSPICIOUS = re.compile(r"pass|secret|communit|psk|key|://", re.IGNORECASE)
_SECRETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            r"\b(?<!cmsp-agent )"
            r"(?:password|passwd|passphrase|secret|community|psk|pre-shared-key|key-string|shared-secret)\b"
            r"(?: level \d+)?(?:\s+[0-9]\b)?[\s:=\"']+(?P<secret>[^\s\"',;]+)"
        ),
        r"\blogged command:.*?\bkey (?:[0-9] )?(?P<secret>\S+)",
        r"\bkey [0-9] (?P<secret>\S+)",
        r"\b(?:scp|sftp|ftp|https?)://[^\s:/@]+:(?P<secret>[^\s@]+)@",
    )
)
_PERSONAL = (r"(?i)\b(?:called|calling|caller|dialed)\b[^\d+*#\n]{0,20}(?P<secret>[+*#]?\d[\d*#]{2,})",)
"""Telephone numbers, whatever the device calls them; its own patterns come from its type."""


def without_secrets(text: str) -> str:
    """The text as it may be stored. Nearly all texts hold nothing suspicious, which one search shows."""
    return hide(_SECRETS, text) if _SUSPICIOUS.search(text) else text


class Mask:
    """Masks the personal data of one device type's messages."""

    def __init__(self, device_type: DeviceType) -> None:
        patterns = (*_PERSONAL, *(rule.pattern for rule in device_type.personal))
        self._patterns = tuple(re.compile(pattern) for pattern in patterns)

    def __call__(self, event: Event) -> Event:
        """The event as it may leave the site."""
        return replace(event, text=self._text(event.text), attributes=self._attributes(event.attributes))

    def _text(self, text: str) -> str:
        return hide(self._patterns, text, MASKED)

    def _attributes(self, attributes: Mapping[str, str]) -> Mapping[str, str]:
        return {name: self._text(value) for name, value in attributes.items()}
