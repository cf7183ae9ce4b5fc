"""A configuration as text: checks that it is whole, and removes what changes by itself and what is secret."""

import re
from collections.abc import Callable, Sequence

from cmsp_agent.model.redaction import hide
from cmsp_agent.model.wording import printable
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups import secrets
from cmsp_agent.services.backups.control_characters import as_shown
from cmsp_agent.services.backups.differences import unified
from cmsp_agent.services.backups.dry_run import end_of
from cmsp_agent.services.backups.ini_tables import hide_columns
from cmsp_agent.services.backups.secret_lines import hidden
from cmsp_agent.transports.ssh.line_ends import bare_newlines

DIFF_LINES = 20_000
"""Lines that a diff may have; more are cut off, and that is said."""
SMALLEST_SHARE, LARGEST_SHARE = 0.5, 1.5
"""Of the size last time; outside, a reading is believed only when a second one agrees (FACTS 5.1)."""

_HISTORY = re.compile(
    r"^# (?:Flags: U - UNDOABLE|Columns: ACTION, BY, POLICY, TIME| +ACTION +BY +POLICY +TIME$|"
    r"(?!.{200}).*\S {2,}\S.* \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$|\S+ \d\d:\d\d:\d\d by RouterOS\b)"
)
"""What RouterOS says of its last changes and of the time, which no device type of ours does."""
_NOT_JOINED = re.compile(r"[|]|\(\?[^:]|\\[1-9]")
"""What changes its meaning, or has none, in a pattern that is joined with others."""


class ConfigText:
    """How to read the configurations of one platform. Patterns come from the device type, compiled once.

    Args:
        platform: the device type's data.

    Raises:
        re.error: a pattern of the device type is none.
    """

    def __init__(self, platform: CliPlatform) -> None:
        self._complete = re.compile(platform.complete, re.MULTILINE)
        self._must_have = [re.compile(pattern, re.MULTILINE) for pattern in platform.must_have]
        self._invalid = [re.compile(pattern, re.MULTILINE) for pattern in platform.invalid]
        self._volatile = _found_in_line(platform.volatile)
        # only in a file is every block that begins ended by a line: at a prompt a banner may look like anything
        blocks = platform.blocks if platform.fetch is not None else ()
        self._blocks = [(re.compile(each.begins, re.MULTILINE), re.compile(each.ends, re.MULTILINE)) for each in blocks]
        self._texts = [(re.compile(each.begins), each.ends) for each in platform.blocks if platform.fetch is None]
        self._redact = [re.compile(rule.pattern, re.MULTILINE) for rule in platform.redact]

    def refusal(self, text: str) -> str:
        """The line with which the device refused the command; empty where it didn't.

        Between the first and the last line of a configuration every line is text, whatever it says.
        """
        start, end = self._configuration(text)
        around = (text[:start], text[end:])
        found = (match for part in around for pattern in self._invalid if (match := pattern.search(part)))
        match = next(found, None)
        return printable(self.redacted(_line_of(match))) if match else ""

    def _configuration(self, text: str) -> tuple[int, int]:
        """Where the configuration begins and ends; nowhere without the lines that each one has."""
        begun = [match.start() for pattern in self._must_have if (match := pattern.search(text))]
        if not begun or len(begun) < len(self._must_have):
            return 0, 0
        complete = self._complete.search(text)
        return min(begun), complete.end() if complete else len(text)

    def flaws(self, text: str) -> list[str]:
        """Why a reading is no whole configuration; empty where it is one."""
        if not text.strip():
            return ["the device said nothing"]
        found = [f"no line matches {pattern.pattern!r}" for pattern in self._must_have if not pattern.search(text)]
        if not self._complete.search(text):
            found.append("it is cut short: its last line is missing")
        elif any(len(begins.findall(text)) != len(ends.findall(text)) for begins, ends in self._blocks):
            found.append("it is cut short: a table of it has no end")
        return found

    def stable(self, text: str) -> str:
        """The text without the lines that differ from one reading to the next, and without trailing blanks."""
        lines = [line.rstrip() for line in as_shown(secrets.without_salt(text)).splitlines()]
        if "# " in text:
            lines = [line for line in lines if not _HISTORY.match(line)]
        return "\n".join([line for line in lines if not self._volatile(line)]).strip("\n") + "\n"

    def commands(self, text: str) -> str:
        """The text without what stands in its banners and certificates: words of theirs begin no section."""
        ends: re.Pattern[str] | None = None
        kept = list[str]()
        for line in text.splitlines(keepends=True):
            if ends is None:
                kept.append(line)
                ends = end_of(self._texts, line)
            elif ends.search(line):
                ends = None
        return "".join(kept)

    def restorable(self, text: str) -> str:
        """The text as the device takes it: every line byte for byte, without those that it makes itself."""
        return "".join(line for line in text.splitlines(keepends=True) if not self._volatile(line.rstrip("\r\n")))

    def redacted(self, text: str) -> str:
        """The text with the value of every secret hidden."""
        return hidden(hide(self._redact, hide_columns(text)))

    def difference(self, old: str, new: str) -> str:
        r"""A unified diff for people's eyes: volatile lines left out, secrets hidden; empty where nothing differs.

        Bytes that are not UTF-8 are shown as `\xfc`: it goes into events and the audit log.
        """
        before, after = self.stable(old), self.stable(new)
        if before == after:
            return ""
        old_shown, new_shown = (self.redacted(each).splitlines() for each in (before, after))
        if old_shown == new_shown:
            return "only hidden values differ\n"
        lines = list(unified(old_shown, new_shown, (_meant(before, old_shown), _meant(after, new_shown))))
        if len(lines) > DIFF_LINES:
            lines = [*lines[:DIFF_LINES], f"… {len(lines) - DIFF_LINES} more lines"]
        return printable("\n".join(lines) + "\n")


def _found_in_line(patterns: Sequence[str]) -> Callable[[str], object]:
    """Finds any of the patterns in a line. Those that begin a line and are plain are one, tried once at its start."""
    for pattern in patterns:
        re.compile(pattern)  # each by itself: its own error is the one to show
    plain = [pattern for pattern in patterns if pattern.startswith("^") and not _NOT_JOINED.search(pattern)]
    others = [re.compile(pattern) for pattern in patterns if pattern not in plain]
    at_start = re.compile("|".join(plain) or "(?!)").match
    if not others:
        return at_start
    return lambda line: at_start(line) or any(pattern.search(line) for pattern in others)


def _meant(text: str, shown: Sequence[str]) -> Sequence[str]:
    """What the shown lines say: one that hides another value is another line."""
    lines = text.splitlines()
    return lines if len(lines) == len(shown) else shown  # of a hidden key only its first and its last line are shown


def clean(output: str) -> str:
    """Device output as one text: lines ended by a bare newline, no blank lines at either end."""
    return bare_newlines(output).replace("\r", "\n").strip("\n\x00 ") + "\n"


def implausible(size: int, last: int | None) -> bool:
    """Whether the size is so far from the last one that a second reading must agree. Sizes in bytes."""
    return last is not None and not SMALLEST_SHARE * last <= size <= LARGEST_SHARE * last


def _line_of(match: re.Match[str]) -> str:
    """The line that was found, shortened: it goes into an event."""
    start = match.string.rfind("\n", 0, match.start()) + 1
    end = match.string.find("\n", match.start())
    return match.string[start : end if end >= 0 else None].strip()[:120]
