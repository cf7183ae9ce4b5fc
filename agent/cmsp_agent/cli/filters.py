"""Filters of lists: an unknown value is refused, and the known ones are named; the list is never just empty."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from cmsp_agent.cli.daemon import Daemon, all_pages
from cmsp_agent.cli.output import items
from cmsp_agent.config.nearest import no_such
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.severity import Severity


class UnknownName(AgentError):
    """A filter names what there is not."""

    exit_code = 2

    def __init__(self, what: str, given: str, known: Iterable[str], where: str = "") -> None:
        super().__init__(no_such(what, given, known, where))


def known_or_refused(what: str, given: str, known: Iterable[str]) -> None:
    """Refuse a filter's value that there is not.

    Raises:
        UnknownName: with the values that there are.
    """
    names = list(known)
    if given and given not in names:
        raise UnknownName(what, given, names)


def refuse_unknown_pattern(what: str, given: str, known: Iterable[str]) -> None:
    """Refuse a pattern of names (* and ? as in the shell) that none matches.

    Raises:
        UnknownName: with the names that there are.
    """
    names = list(known)
    if not any(fnmatchcase(name, given) for name in names):
        raise UnknownName(what, given, names)


def as_severe_as(given: str) -> list[str]:
    """The severities that are as bad as a filter asks for, or worse; all where it asks for none.

    Raises:
        UnknownName: with the severities that there are.
    """
    worst_first = [str(each) for each in Severity if each is not Severity.CLEARED]
    known_or_refused("severity", given, worst_first)
    return worst_first[: worst_first.index(given) + 1] if given else ["", *worst_first]


def refuse_unknown_site(daemon: Daemon, given: str) -> set[str]:
    """Refuse a site that no component is at; the components that are there. Nothing is asked where none is given.

    Raises:
        UnknownName: with the sites that there are.
    """
    rows = items(all_pages(daemon, "/v1/components")) if given else []
    known_or_refused("site", given, (str(row.get("site")) for row in rows if row.get("site")))
    return {str(row.get("name")) for row in rows if row.get("site") == given}


def refuse_unknown_component(daemon: Daemon, given: str) -> None:
    """Refuse a component that the running agent does not know; nothing is asked where none is given.

    Raises:
        UnknownName: with the components that there are.
    """
    if given:
        rows = items(all_pages(daemon, "/v1/components"))
        known_or_refused("component", given, (str(row.get("name")) for row in rows))
