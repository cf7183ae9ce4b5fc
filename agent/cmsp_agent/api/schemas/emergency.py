"""The ways to emergency numbers."""

from cmsp_agent.api.schemas.base import Shape


class EmergencyWayView(Shape):
    """A dial-peer that takes the number."""

    component: str
    dial_peer: str
    by: str
    preference: int
    works: bool
    why: str


class EmergencyNumberView(Shape):
    """A number of a site; `working` counts ways that have no port or trunk in common."""

    site: str
    number: str
    working: int
    redundant: bool
    ways: list[EmergencyWayView]


class EmergencyList(Shape):
    """All numbers, by site."""

    items: list[EmergencyNumberView]
