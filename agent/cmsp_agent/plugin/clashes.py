"""Parts of a device type that get in each other's way: the first one stays, the second is named."""

from collections.abc import Hashable, Iterator

from cmsp_agent.plugin.api import Kpi, StateRule, SyslogRule, TrapRule
from cmsp_agent.plugin.rules import AlarmType, mnemonic_key, trap_key


class Clashes:
    """The members of one field, as they come."""

    def __init__(self) -> None:
        self._first: dict[Hashable, str] = {}

    def with_earlier(self, path: str, member: object) -> list[str]:
        """What is wrong with a member beside those before it; one that stays is remembered."""
        keys = list(_keys(member))
        for key, what in keys:
            if key in self._first:
                return [f"{path}: {what.format(first=self._first[key])}"]
        self._first.update({key: path for key, _ in keys})
        return []


def _keys(member: object) -> Iterator[tuple[Hashable, str]]:
    """(what there may be only one of, what is said of the second): the plainest first."""
    if isinstance(member, AlarmType | Kpi | str):
        name = member.type if isinstance(member, AlarmType) else member.name if isinstance(member, Kpi) else member
        yield name, f"{name!r} twice"
        return
    yield member, "the same rule twice"
    if isinstance(member, TrapRule):
        yield from _of_trap(member)
    elif isinstance(member, SyslogRule):
        said = "{first} reads the same message, and for the same alarm type"
        yield ("syslog", mnemonic_key(member.mnemonic), member.pattern, member.type), said
    elif isinstance(member, StateRule):
        said = "{first} reads the same column, and for the same alarm type"
        yield ("state", member.column, member.type, member.object, member.only_if), said


def _of_trap(rule: TrapRule) -> Iterator[tuple[Hashable, str]]:
    notification = trap_key(rule.oid)
    if rule.state is not None:
        said = "{first} is about this notification (with and without the `.0.`) too, and each of them always acts"
        yield ("always", notification, rule.object), said
    else:
        said = "{first} reads the same varbind of this notification, and for the same alarm type"
        yield ("by", notification, rule.by, rule.type, rule.object), said
