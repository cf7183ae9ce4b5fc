"""The order, its dates, and what each component gets."""

from cmsp_agent.api.schemas.base import Paged, Shape


class DeadlineView(Shape):
    """Something with a last day; `component` is empty for the order itself."""

    component: str
    what: str
    number: str
    until: str
    state: str
    stops: str


class EntitlementView(Shape):
    """A part of the service: how much of it, why, and what decides it."""

    level: str
    granted: bool
    source: str
    why: str


class ComponentServicesView(Shape):
    """What a component gets."""

    component: str
    tier: str
    services: dict[str, EntitlementView]


class OrderView(Paged):
    """The order in force. `ordered` is 0 where the file does not say how many."""

    id: str
    effective: str | None
    ends: str | None
    ordered: int
    named: int
    deadlines: list[DeadlineView]
    components: list[ComponentServicesView]
