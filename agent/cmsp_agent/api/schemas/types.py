"""Device types and rules, as the running agent has them."""

from pydantic import Field

from cmsp_agent.api.schemas.base import Paged, Shape


class TypeView(Shape):
    """A device type in a list: how many KPIs and rules it has."""

    name: str
    title: str
    plugin: str
    vendor: str
    identified: bool
    kpis: int
    states: int
    traps: int
    syslog: int
    saved: bool


class TypeList(Paged):
    """The device types that a component may have, by name."""

    items: list[TypeView]


class CapabilityView(Shape):
    """What a device type does of one kind; `label`: proven, documented, or empty where there is nothing."""

    capability: str
    what: str
    label: str


class TypeDetails(TypeView):
    """A device type with everything that it supports."""

    like: str | None
    capabilities: list[CapabilityView]


class RuleView(Shape):
    """A rule in force; `where` is its file and line."""

    kind: str
    rule: str
    if_: str = Field(alias="if")
    does: str
    where: str


class RuleFile(Shape):
    """A file of rules that the site file names."""

    file: str
    text: str


class RuleFileList(Paged):
    """The files of rules, in the order in which they apply."""

    items: list[RuleFile]


class RuleList(Paged):
    """The rules in force, in the order in which they apply."""

    items: list[RuleView]
