"""The call paths to emergency numbers."""

from cmsp_agent.api.schemas.base import Paged, Shape
from cmsp_agent.services.emergency.call_paths import CallPathsState


class CallPathView(Shape):
    """A dial-peer that takes the number."""

    component: str
    dial_peer: str
    by: str
    preference: int
    works: bool
    why: str
    doubt: str


class EmergencyNumberView(Shape):
    """A number of a site.

    `working` counts call paths that have no port or trunk in common. `state`: `works`, `lost` (there were call paths),
    `none` (no dial-peer takes the number), or `unknown` (no configuration of a gateway is saved, or none says all).
    """

    site: str
    number: str
    state: CallPathsState
    working: int
    redundant: bool
    call_paths: list[CallPathView]


class EmergencyCallView(Shape):
    """A call to an emergency number while its site was cut off; what is not known (yet) is null."""

    id: str
    component: str
    site: str
    number: str
    at: str
    port: str | None
    seconds: int | None
    cause: str | None
    caller: str | None
    sources: list[str]


class EmergencyCallList(Paged):
    """The latest calls, the last one first."""

    items: list[EmergencyCallView]


class EmergencyList(Paged):
    """All numbers, by site."""

    items: list[EmergencyNumberView]
