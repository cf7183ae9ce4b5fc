"""Takes secrets out of what leaves the appliance: those that the agent knows by their value, others by their looks."""

import base64
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from cmsp_agent.model.redaction import HIDDEN
from cmsp_agent.services.backups.secret_lines import hidden
from cmsp_agent.storage.encoding import decode, encode

SHORTEST = 3
"""Characters of the shortest value that is looked for: a shorter one would blank every text."""


class Scrubber:
    """Hides secrets, in each form in which a text may carry them.

    Args:
        values: the secrets that the agent knows.
    """

    def __init__(self, values: Iterable[str]) -> None:
        forms = {form for value in values if len(value) >= SHORTEST for form in _forms(value)}
        # the longest first: one secret may be the beginning of another
        self._forms = sorted(forms, key=len, reverse=True)

    def cleaned(self, document: object) -> object:
        """A document as plain values, with no secret in any of its texts: each is looked at by itself."""
        return document if document is None else self._cleaned(decode(encode(document), object))

    def _cleaned(self, part: object) -> object:
        if isinstance(part, str):
            return self.clean(part)
        if isinstance(part, dict):
            return {self._without_values(str(key)): self._cleaned(value) for key, value in part.items()}
        return [self._cleaned(each) for each in part] if isinstance(part, list) else part

    def clean(self, text: str) -> str:
        """A text without a secret."""
        text = self._without_values(text)
        return hidden(text) if len(text) > SHORTEST else text

    def _without_values(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text


def _forms(value: str) -> Iterator[str]:
    octets = value.encode()
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield quote(value, safe="")
    yield octets.hex()
    yield octets.hex().upper()
    # of base64 what does not depend on what stands around it
    for shift in range(3):
        inner = base64.b64encode(bytes(shift) + octets).decode().rstrip("=")
        found = inner[(shift * 8 + 5) // 6 : len(inner) - 1]
        if len(found) >= 2 * SHORTEST:
            yield found
