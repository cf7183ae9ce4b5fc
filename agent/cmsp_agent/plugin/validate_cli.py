"""Whether the command line of a device type makes sense by itself: patterns, commands, objects."""

import re
from collections.abc import Iterator

from cmsp_agent.plugin.command_line import (
    CliPlatform,
    ConsolePaste,
    FileUpload,
    HttpFetch,
    Lack,
    Redaction,
    Replacement,
    TextBlock,
)
from cmsp_agent.plugin.notation import oid, one_of, pattern

READS = ("show ", "display ", "get ", "ping ", "traceroute ", "dir")
"""How commands begin that change nothing."""
MORE_THAN_READS = re.compile(r"[\n;>]|\|\s*(?:redirect|tee|append|save)\b")
"""A second command in one line, and output that is written to a file."""
CHANGES = re.compile(r"(?:copy|write|erase|delete|reload|configure|clear|no|set|reset|debug)\b")
METHODS = ("GET", "POST", "PUT", "PATCH")


def cli(platform: CliPlatform) -> Iterator[str]:
    """What is wrong with how a configuration is read, beside the members that are judged one by one."""
    yield from marker("cli.complete", platform.complete)
    for place, each in enumerate(platform.redact):
        yield from redaction(f"cli.redact[{place}]", each)
    if platform.fetch is None and (CHANGES.match(platform.config) or MORE_THAN_READS.search(platform.config)):
        yield f"cli.config: a command that only shows something ({platform.config!r})"
    if platform.fetch is not None:
        yield from _fetch("cli.fetch", platform.fetch)
    yield from _optional(platform)
    for name, found in (("changed_at", (platform.changed_at,)), ("saved_at", platform.saved_at)):
        for asked in filter(None, found):
            yield from oid(f"cli.{name}", asked)
            if asked[:1].isdigit() and not asked.endswith(".0"):
                yield f"cli.{name}: an instance, which ends with .0 ({asked!r})"


def redaction(path: str, each: Redaction) -> Iterator[str]:
    """What is wrong with what is hidden from people."""
    yield from pattern(path, each.pattern)
    if "(?P<secret>" not in each.pattern:
        yield f"{path}: no group `secret` in {each.pattern!r}"
    elif "(?P<secret>)" in each.pattern:
        yield f"{path}: the group `secret` is empty: nothing would be hidden ({each.pattern!r})"


def line(path: str, each: str) -> Iterator[str]:
    """What is wrong with a pattern for lines that are left out of a comparison."""
    yield from marker(path, each)
    if each in (".*", ".+", "^.*", "^.*$", "^.+$"):
        yield f"{path}: every line: no change would be seen ({each!r})"


def marker(path: str, each: str) -> Iterator[str]:
    """What is wrong with a pattern by which a configuration is judged."""
    yield from pattern(path, each)
    if not each:
        yield f"{path}: empty: it is found everywhere"


def command(path: str, each: str) -> Iterator[str]:
    """What is wrong with a command that diagnostics may run."""
    if not each.startswith(READS) or MORE_THAN_READS.search(each):
        yield f"{path}: a command that only shows something ({each!r})"


def block(path: str, each: TextBlock) -> Iterator[str]:
    """What is wrong with how a text within a configuration begins and ends."""
    yield from pattern(f"{path}.begins", each.begins)
    yield from pattern(f"{path}.ends", each.ends)
    if not each.ends and "(?P<until>" not in each.begins:
        yield f"{path}: neither `ends` nor a group `until` in `begins`: it would never end"


def lack(path: str, each: Lack) -> Iterator[str]:
    """What is wrong with what a configuration is said to lack."""
    yield from pattern(f"{path}.where", each.where)
    if not each.what.strip():
        yield f"{path}.what: empty: people read it"


def _optional(platform: CliPlatform) -> Iterator[str]:
    """What is wrong with how a configuration is put back."""
    if platform.replacement is not None:
        yield from _replacement("cli.replacement", platform.replacement)
    if platform.upload is not None:
        yield from _upload("cli.upload", platform.upload)
    if platform.paste is not None:
        yield from _paste("cli.paste", platform.paste)


def _fetch(path: str, fetch: HttpFetch) -> Iterator[str]:
    yield from one_of(f"{path}.method", fetch.method, METHODS)
    yield from pattern(f"{path}.denied", fetch.denied)
    for name in ("path", "login", "logout"):
        yield from _absolute(f"{path}.{name}", getattr(fetch, name))


def _absolute(path: str, value: str) -> Iterator[str]:
    if value and not value.startswith("/"):
        yield f"{path}: a path on the device, which begins with / ({value!r})"


def _upload(path: str, upload: FileUpload) -> Iterator[str]:
    yield from one_of(f"{path}.method", upload.method, METHODS[1:])
    yield from _absolute(f"{path}.path", upload.path)
    yield from pattern(f"{path}.failed", upload.failed)
    if upload.minutes < 1:
        yield f"{path}.minutes: at least 1 (got {upload.minutes})"


def _paste(path: str, paste: ConsolePaste) -> Iterator[str]:
    for place, each in enumerate(paste.leave_out):
        yield from pattern(f"{path}.leave_out[{place}]", each)
    for place, (section, _, unless) in enumerate(paste.start):
        yield from pattern(f"{path}.start[{place}]", section)
        yield from pattern(f"{path}.start[{place}]", unless)
    wrong = list(pattern(f"{path}.hardware", paste.hardware))
    yield from wrong
    if paste.hardware and not wrong and not re.compile(paste.hardware).groups:
        yield f"{path}.hardware: no group that names the port in {paste.hardware!r}"


def _replacement(path: str, way: Replacement) -> Iterator[str]:
    for name in ("ready", "hash_shown", "applied", "not_pending", "saved"):
        yield from pattern(f"{path}.{name}", getattr(way, name))
    asked = tuple(question for question, _ in way.answers)
    for name, patterns in (("failed", way.failed), ("answers", asked), ("needs_reload", way.needs_reload)):
        for place, each in enumerate(patterns):
            yield from pattern(f"{path}.{name}[{place}]", each)
    if "(?P<hash>" not in way.hash_shown:
        yield f"{path}.hash_shown: no group `hash` in {way.hash_shown!r}"
    for name in ("file", "remedy", "apply", "confirm", "revert"):
        if not getattr(way, name).strip():
            yield f"{path}.{name}: empty"
