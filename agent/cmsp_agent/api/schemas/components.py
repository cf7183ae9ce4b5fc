"""Components and the samples of their KPIs."""

from pydantic import Field

from cmsp_agent.api.schemas.base import Paged, Shape


class ComponentView(Shape):
    """A component in a list."""

    name: str
    site: str
    type: str
    tier: str
    addresses: list[str]
    state: str
    since: str
    reason: str


class ComponentList(Paged):
    """All components, by name."""

    items: list[ComponentView]


class Series(Shape):
    """One KPI of one object: its last sample, and all of them as [time, value], the oldest first.

    Of roll-ups a value is the mean over the step that begins at that time; `least` and `most` have one for each sample.
    """

    kpi: str
    object: str
    unit: str
    at: str | None
    value: float | None
    samples: list[tuple[str, float]]
    least: list[float]
    most: list[float]


class ThresholdView(Shape):
    """A threshold of a KPI, in the KPI's unit."""

    component: str
    kpi: str
    when: str
    raise_: float = Field(alias="raise")
    clear: float
    unit: str
    """The KPI's; empty where nothing is known of it."""
    for_seconds: float
    severity: str
    origin: str


class ThresholdList(Paged):
    """The thresholds in force, by component and KPI."""

    items: list[ThresholdView]


class Kpis(Shape):
    """What was measured of a component between two times."""

    component: str
    resolution: str
    items: list[Series]
    unsupported: list[str]
    """KPIs of its type that the device itself does not have."""


class SetupStepView(Shape):
    """A command for a device; `there`: whether its saved configuration has it, null where nothing is known."""

    need: str
    why: str
    command: str
    there: bool | None


class SetupView(Shape):
    """What is to be entered on a device."""

    device_type: str
    saved_at: str | None
    problem: str
    steps: list[SetupStepView]
