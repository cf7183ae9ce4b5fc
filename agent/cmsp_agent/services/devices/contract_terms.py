"""Components as of a day: letters and contracts whose last day is over, at their site, are marked as ended. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cmsp_agent.model.component import Agreement, Component


@dataclass(frozen=True, slots=True)
class Days:
    """The day that it is, at each site."""

    utc: dt.date
    by_site: Mapping[str, dt.date] = field(default_factory=dict)

    @classmethod
    def at(cls, now: int, zones: Mapping[str, dt.tzinfo]) -> "Days":
        """The days at a moment (ms since the epoch), by the zone of each site."""
        moment = dt.datetime.fromtimestamp(now / 1000, dt.UTC)
        return cls(moment.date(), {site: moment.astimezone(zone).date() for site, zone in zones.items()})

    def of(self, site: str) -> dt.date:
        """The day at a site; in UTC where the site is not known."""
        return self.by_site.get(site, self.utc)

    @property
    def earliest(self) -> dt.date:
        """What is for all sites has ended where its last day is over at each of them."""
        return min(self.by_site.values(), default=self.utc)


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
