"""Components as of a day: letters and contracts whose last day is over are marked as ended. Pure."""

import datetime as dt
from dataclasses import replace

from cmsp_agent.model.component import Agreement, Component


def as_of(component: Component, today: dt.date | None) -> Component:
    """The component on that day; None: the day is not known, and nothing has ended."""
    support, letter = _dated(component.support, today), _dated(component.authorisation, today)
    if support is component.support and letter is component.authorisation:
        return component
    return replace(component, support=support, authorisation=letter)


def _dated(found: Agreement | None, today: dt.date | None) -> Agreement | None:
    if found is None or found.until is None or today is None or found.until >= today:
        return found
    return replace(found, ended=True)
