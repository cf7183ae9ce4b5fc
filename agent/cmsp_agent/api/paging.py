"""Pages of a list that is at hand: no document grows with the site."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

T = TypeVar("T")

MOST = 1000
After = Annotated[int, Query(ge=0, le=10_000_000, description="Cursor: `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Items in a page")]


def page(found: Sequence[T], after: int, limit: int, view: Callable[[T], Any]) -> dict[str, Any]:
    """The items that follow, as they are shown, and the cursor of the next page; null on the last."""
    return page_of(found[after : after + limit + 1], after, limit, view)


def page_of(following: Sequence[T], after: int, limit: int, view: Callable[[T], Any]) -> dict[str, Any]:
    """The same of what follows `after`: one more than `limit` shows that there is another page."""
    return {
        "items": [view(each) for each in following[:limit]],
        "next": after + limit if len(following) > limit else None,
    }
