"""What a plugin returns, as a list of bounded length. Judges no item: see admission and type_check."""

from collections.abc import Callable, Iterable
from itertools import islice

from cmsp_agent.model.errors import PluginError
from cmsp_agent.plugin.source_line import first_line

MOST_RESULTS = 500
"""Items taken from one answer of a plugin; an endless generator ends here."""


def answers(code: Callable[[], object], hook: str) -> list[object]:
    """The items of an answer to a hook that returns many.

    Raises:
        PluginError: it is no list, or an empty one, with the line of the hook.
    """
    answer = code()
    if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
        raise PluginError(f"{first_line(code)}: {hook} returns {type(answer).__name__}: a list is wanted")
    items = items_of(answer)
    if not items:
        raise PluginError(f"{first_line(code)}: {hook} returns an empty list: it registers nothing")
    return items


def items_of(answer: object) -> list[object]:
    """The first items of an answer.

    Raises:
        PluginError: it is nothing that has items.
    """
    if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
        raise PluginError(f"expected an iterable, got {type(answer).__name__}")
    return list(islice(answer, MOST_RESULTS))
