"""Discovery, rules and notifications."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from cmsp_agent.config.schema.base import Section
from cmsp_agent.config.schema.values import Interval, Names, Rate, SearchedSubnets, Subnets, Texts, Weekly

PriorityName = Literal["P1", "P2", "P3", "P4"]


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class DiscoverySection(Section):
    """Where unknown devices are looked for. Nothing is added by itself."""

    subnets: SearchedSubnets = ()
    exclude: Subnets = ()
    seeds: Texts = Field(default=(), description="Components or addresses whose neighbours are asked first")
    rate: Rate = 50.0
    credentials: Names = Field(
        default=(), description="Credentials that may be tried at addresses that answer; default: those of the seeds"
    )


class RulesSection(Section):
    """Files of filter, timing and correlation rules, beside this file."""

    short_form = "files"
    files: Texts = ()


class IncidentsSection(Section):
    """How incidents live."""

    stability: Interval = Field(
        default=600.0, description="How long a restored incident is watched: a relapse within it reopens it"
    )


class When(Section):
    """Which incidents a notification is about."""

    priority: Annotated[tuple[PriorityName, ...], BeforeValidator(_listed)] = ()
    site: Texts = ()
    component: Texts = ()


class NotificationSection(Section):
    """Who is notified of an incident, how, and how often."""

    to: Texts = Field(description="Names of contacts, or mail addresses")
    by: Names = Field(default=("smtp",), description="Notification channels: smtp, webhook, or those of other plugins")
    when: When = When()
    updates: dict[PriorityName, Interval] = Field(default_factory=dict)
    escalate: dict[PriorityName, Interval] = Field(default_factory=dict)
    quiet: dict[PriorityName, Weekly] = Field(
        default_factory=dict, description="Hours in which nobody is notified of incidents of a priority"
    )
