"""Ids as people see and type them: the last part stands for the whole where one line has no room for it."""

from cmsp_agent.cli.daemon import Daemon, all_pages
from cmsp_agent.cli.output import items


def short(identifier: object) -> str:
    """The last part of an id, in which no two that were made together are alike."""
    return str(identifier).rpartition("-")[2]


def whole(daemon: Daemon, path: str, given: str, **query: object) -> str:
    """The id of which the last part is given; what is no part of any is left for the agent to refuse.

    Args:
        daemon: the agent.
        path: where those that there are are listed.
        given: an id, or its last part.
        query: of the list.
    """
    if "-" in given:
        return given
    rows = items(all_pages(daemon, path, **query))
    found = [name for row in rows if (name := str(row.get("id"))).endswith(f"-{given}")]
    return found[0] if len(found) == 1 else given
