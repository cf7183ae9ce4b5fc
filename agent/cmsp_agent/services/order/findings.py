"""What is to be said of the order on a day: what ends soon, what has ended, what stops and what never does. Pure."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cmsp_agent.config.configuration import Order
from cmsp_agent.model.component import Agreement, Component, Tier
from cmsp_agent.model.counted import counted
from cmsp_agent.pipeline.alarm_types import order as types
from cmsp_agent.services.devices.contract_terms import Days

FOREIGN_STOPS = "backups, restores, changes and full incidents of it stop"
CONTRACT_STOPS = "updates and replacement requests for it stop"
GOES_ON = "monitoring goes on"
TERM_GOES_ON = "nothing stops by this appliance's clock: monitoring goes on until the head-end says otherwise"


@dataclass(frozen=True, slots=True)
class OrderFinding:
    """Something that holds of the order, or of a component's letter or contract."""

    kind: str
    component: str
    object: str
    text: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something with a last day."""

    component: str
    """Empty: the order itself."""
    what: str
    number: str
    until: dt.date
    stops: str

    def state(self, today: dt.date, warned: dt.timedelta) -> str:
        """`in force`, `ends soon` or `ended`."""
        if self.until < today:
            return "ended"
        return "ends soon" if self.until - today <= warned else "in force"


TERM, LETTER, CONTRACT, LIFE = "term", "letter of authorisation", "support contract", "end of life"
_KINDS: Mapping[tuple[str, str], str] = {
    (TERM, "ends soon"): types.TERM_ENDS,
    (TERM, "ended"): types.TERM_ENDED,
    (LETTER, "ends soon"): types.LETTER_ENDS,
    (LETTER, "ended"): types.LETTER_ENDED,
    (CONTRACT, "ends soon"): types.CONTRACT_ENDS,
    (CONTRACT, "ended"): types.CONTRACT_ENDED,
    (LIFE, "ends soon"): types.END_OF_LIFE_NEAR,
    (LIFE, "ended"): types.END_OF_LIFE,
}


def deadlines(order: Order, components: Iterable[Component]) -> Iterator[Deadline]:
    """Everything with a last day: the term first, then by component."""
    if order.ends is not None:
        yield Deadline("", TERM, order.id, order.ends, TERM_GOES_ON)
    for component in components:
        letter, support = component.authorisation, component.support
        if component.tier is Tier.THIRD_PARTY:
            yield from _of(component.name, LETTER, letter, f"{FOREIGN_STOPS}; {GOES_ON}")
        yield from _of(component.name, CONTRACT, support, f"{CONTRACT_STOPS}; {GOES_ON}")
        if component.end_of_life is not None:
            stops = f"the maker mends its software no more; {GOES_ON}"
            yield Deadline(component.name, LIFE, "", component.end_of_life, stops)


def _of(component: str, what: str, found: Agreement | None, stops: str) -> Iterator[Deadline]:
    if found is not None and found.until is not None:
        yield Deadline(component, what, found.number, found.until, stops)


def day_of(deadline: Deadline, components: Mapping[str, Component], days: Days) -> dt.date:
    """The day by which it is judged: that of its component's site, of the term the earliest of all sites."""
    return days.of(components[deadline.component].site) if deadline.component else days.earliest


def findings(order: Order, components: Mapping[str, Component], days: Days) -> list[OrderFinding]:
    """What holds on these days."""
    warned = dt.timedelta(seconds=order.warn_before)
    found = []
    for each in deadlines(order, components.values()):
        state = each.state(day_of(each, components, days), warned)
        kind = _KINDS.get((each.what, state))
        if kind is not None:
            name = f"{each.what} {each.number}".strip()
            text = (
                f"{name} ended on {each.until}: {each.stops}"
                if state == "ended"
                else f"{name} ends on {each.until}; after that day: {each.stops}"
            )
            found.append(OrderFinding(kind, each.component, each.number, text))
    if order.components and len(components) > order.components:
        named = counted(len(components), "component")
        text = f"the file names {named}, the order counts {order.components}: none is dropped"
        found.append(OrderFinding(types.TOO_MANY, "", order.id, text))
    return found
