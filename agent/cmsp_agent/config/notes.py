"""Notes that are no mistakes: keys that are accepted but not carried out yet, and odd values."""

import fnmatch
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec

from cmsp_agent.config.configuration import Note
from cmsp_agent.config.groups import group_nodes, matches
from cmsp_agent.config.not_yet import NOT_YET
from cmsp_agent.config.schema.site_file import SiteFile
from cmsp_agent.config.tree import ListNode, MapNode, Node, Path, Scalar, as_text, entries, find, line_of, shown
from cmsp_agent.model.counted import counted

_NOTHING_ASKED = (None, False, "off", "no", "own", "component", "smtp")
"""Values that ask for nothing: no need to say that it is not carried out."""


def notes(tree: Node, site_file: SiteFile) -> tuple[Note, ...]:
    """All notes on a valid file, in the order of its lines."""
    found = [
        *_not_yet(tree),
        *_second_engine(tree),
        *_order(tree, site_file),
        *_alone(tree),
        *_idle_groups(tree),
        *_stranger(tree, site_file),
        *_mute_channels(tree, site_file),
    ]
    return tuple(sorted(found, key=lambda note: (note.line, note.path)))


def _not_yet(tree: Node) -> Iterator[Note]:
    for each in NOT_YET:
        in_groups = each.pattern.replace("components.*", "groups.*.set")
        for pattern in dict.fromkeys((each.pattern, in_groups)):
            for path in _paths(tree, tuple(pattern.split(".")), ()):
                yield Note(shown(path), line_of(tree, path), each.text)


def _paths(node: Node, pattern: tuple[str, ...], at: Path) -> Iterator[Path]:
    """Every path in the file that a pattern means and that says something."""
    if not pattern:
        if not (isinstance(node, Scalar) and (node.value in _NOTHING_ASKED)):
            yield at
        return
    if isinstance(node, MapNode):
        for key, child in node.entries.items():
            if fnmatch.fnmatchcase(key, pattern[0]):
                yield from _paths(child, pattern[1:], (*at, key))
    elif isinstance(node, ListNode) and pattern[0] == "*":
        for index, child in enumerate(node.items):
            yield from _paths(child, pattern[1:], (*at, index))


def _order(tree: Node, site_file: SiteFile) -> Iterator[Note]:
    ordered, named = site_file.order.components, len(site_file.components)
    if ordered is not None and named > ordered:
        path = ("order", "components")
        yield Note(
            shown(path),
            line_of(tree, path),
            f"the order counts {counted(ordered, 'component')}, this file names {named}: flagged, all are watched",
        )


def _stranger(tree: Node, site_file: SiteFile) -> Iterator[Note]:
    if site_file.listen.tls is None:
        for path in _paths(tree, ("listen", "syslog_tls"), ()):
            text = "without listen.tls (certificate, key, ca) syslog over TLS is not received"
            yield Note(shown(path), line_of(tree, path), text)
    if site_file.headend.urls and site_file.headend.tls is None:
        path = ("headend", "urls")
        text = "without headend.tls (certificate, key, ca) nothing is sent to the head-end; all is kept until then"
        yield Note(shown(path), line_of(tree, path), text)


def _mute_channels(tree: Node, site_file: SiteFile) -> Iterator[Note]:
    """Policies by a channel of which the file does not say how it is reached."""
    missing = {"smtp": site_file.smtp is None, "webhook": site_file.webhook is None}
    for index, policy in enumerate(site_file.notify):
        path: Path = ("notify", index, "by")
        if not isinstance(find(tree, "notify"), ListNode):
            path = ("notify", "by")
        for channel in policy.by:
            if missing.get(channel) and channel not in site_file.channels:
                text = f"without a section `{channel}` nobody is notified by it; all is kept until then"
                yield Note(shown(path), line_of(tree, path), text)


def _second_engine(tree: Node) -> Iterator[Note]:
    text = "pysnmp takes answers from anywhere, whatever answers_from says"
    if find_spec("pysnmp") is None:
        text = "pysnmp is not installed here: the component can't be asked"
    for pattern in (("components", "*", "snmp", "engine"), ("groups", "*", "set", "snmp", "engine")):
        for path in _paths(tree, pattern, ()):
            yield Note(shown(path), line_of(tree, path), text)


def _alone(tree: Node) -> Iterator[Note]:
    groups: dict[str, Path] = {}
    members: Counter[str] = Counter()
    for name, entry in entries(tree, "components").items():
        node = find(entry, "redundancy")
        if isinstance(node, Scalar) and (label := as_text(node.value)):
            groups[label] = ("components", name, "redundancy")
            members[label] += 1
    for label, count in members.items():
        if count == 1:
            yield Note(
                shown(groups[label]),
                line_of(tree, groups[label]),
                f"no other component is in '{label}' to back this one up",
            )


def _idle_groups(tree: Node) -> Iterator[Note]:
    for number, group in group_nodes(tree):
        on_type = find(group, "match", "type") is not None
        entries_by_name = entries(tree, "components").items()
        if not on_type and not any(
            isinstance(entry, MapNode) and matches(group, name, entry) for name, entry in entries_by_name
        ):
            path: Path = ("groups", number)
            yield Note(shown(path), line_of(tree, path), "matches no component")
