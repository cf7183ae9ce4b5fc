"""Values that must agree: SNMP versions and keys, thresholds, dates, polls, listeners. Reads the tree as written."""

from collections.abc import Iterator

from cmsp_agent.config.quantities import parse_duration
from cmsp_agent.config.tree import ListNode, MapNode, Node, Path, Scalar, as_text, entries, find, line_of, shown
from cmsp_agent.model.errors import Problem

_Found = tuple[Path, int, str]


def consistency_problems(tree: Node, file: str) -> list[Problem]:
    """Every contradiction in the file as written."""
    found = [*_order(tree), *_credentials(tree)]
    for name, entry in entries(tree, "components").items():
        found.extend(settings_contradictions(entry, ("components", name)))
    groups = find(tree, "groups")
    for index, group in enumerate(groups.items if isinstance(groups, ListNode) else ()):
        found.extend(settings_contradictions(find(group, "set"), ("groups", index, "set")))
    return [Problem(file, line, shown(path), text) for path, line, text in found]


def settings_contradictions(entry: Node | None, at: Path) -> Iterator[_Found]:
    """Contradictions inside one component's settings, or a group's; also used when the two are laid together."""
    for kpi, node in entries(entry, "thresholds").items():
        raise_at, clear_at = _number(find(node, "raise")), _number(find(node, "clear"))
        falling = _text(find(node, "when")) == "below"
        if raise_at is None or clear_at is None or (clear_at > raise_at if falling else clear_at < raise_at):
            continue
        side = "above" if falling else "below"
        text = f"must be {side} raise ({raise_at:g}), or it never clears (got {clear_at:g})"
        yield (*at, "thresholds", kpi, "clear"), line_of(node, ("clear",)), text
    poll = find(entry, "poll")
    every, timeout = _seconds(find(poll, "every") or poll), _seconds(find(poll, "timeout"))
    if every is not None and every < 0.1:
        yield (*at, "poll"), line_of(poll, ("every",)) if poll else 0, "every: ten times a second is the most"
    elif poll and every is not None and timeout is not None:
        tries = 1 + int(_number(find(poll, "retries")) or 0)
        if timeout * tries > every:
            text = f"{tries} x {timeout:g} s of waiting do not fit into a poll every {every:g} s"
            yield (*at, "poll", "timeout"), line_of(poll, ("timeout",)), text


def _order(tree: Node) -> Iterator[_Found]:
    effective, ends = _text(find(tree, "order", "effective")), _text(find(tree, "order", "ends"))
    # ISO 8601 days sort as text; what is no day is the schema's matter.
    if len(effective) == len(ends) == 10 and ends < effective:
        yield (
            ("order", "ends"),
            line_of(tree, ("order", "ends")),
            f"before the order is effective ({effective}) (got '{ends}')",
        )


def _credentials(tree: Node) -> Iterator[_Found]:
    for name, entry in entries(tree, "credentials").items():
        at: Path = ("credentials", name)
        if isinstance(entry, MapNode) and not entry.entries:
            yield at, line_of(tree, at), "empty: give snmp, ssh, http or several of them"
        snmp = find(entry, "snmp")
        if isinstance(snmp, MapNode):
            given = {key for key, node in snmp.entries.items() if not (isinstance(node, Scalar) and node.value is None)}
            version = _text(find(snmp, "version")).lower().removeprefix("v")
            for key, text in (*_usm(given),) if version == "3" else (*_community(given, version),):
                yield (*at, "snmp"), line_of(snmp, (key,)) if key in given else line_of(tree, (*at, "snmp")), text


def _community(given: set[str], version: str) -> Iterator[tuple[str, str]]:
    if version not in {"1", "2", "2c"}:
        return
    if "community" not in given:
        yield "version", f"version {version} wants a community: !secret NAME"
    for key in ("user", "auth", "auth_key", "priv", "priv_key", "context"):
        if key in given:
            yield key, f"{key}: only version 3 has that"


def _usm(given: set[str]) -> Iterator[tuple[str, str]]:
    if "user" not in given:
        yield "version", "version 3 wants a user"
    if "community" in given:
        yield "community", "version 3 has no community"
    for kind in ("auth", "priv"):
        if kind in given and f"{kind}_key" not in given:
            yield kind, f"{kind} wants {kind}_key: !secret NAME"
        if f"{kind}_key" in given and kind not in given:
            yield f"{kind}_key", f"{kind}_key wants {kind}, an algorithm"
    if "priv" in given and "auth" not in given:
        yield "priv", "priv wants auth too: there is no privacy without authentication (RFC 3414)"


def _text(node: Node | None) -> str:
    return as_text(node.value).strip() if isinstance(node, Scalar) else ""


def _number(node: Node | None) -> float | None:
    value = node.value if isinstance(node, Scalar) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _seconds(node: Node | None) -> float | None:
    try:
        return parse_duration(_text(node))
    except ValueError:
        return None
