"""Times as people type them: so long ago, a day, or to the second. For any other text the error names the forms."""

import time

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.config.quantities import parse_duration
from cmsp_agent.model.times import parse_rfc3339, rfc3339

TIME_HELP = "So long ago (24h, 7d), or as in 2026-11-23T08:00:00Z."
FORMS = "so long ago (30m, 24h, 7d), a day (2026-11-23), or RFC 3339 (2026-11-23T08:00:00Z)"


def moment_of(option: str, text: str) -> str:
    """The RFC 3339 time that an option names; empty where it is not given.

    Raises:
        CallFailed: it is not a time; the text names the forms.
    """
    try:
        return rfc3339(int((time.time() - parse_duration(text)) * 1000)) if text else ""
    except ValueError:
        pass
    try:
        return rfc3339(parse_rfc3339(f"{text}T00:00:00Z" if len(text) == len("2026-11-23") else text))
    except ValueError as error:
        raise CallFailed(f"{option} {text[:100]}: no time; write {FORMS}", 2) from error
