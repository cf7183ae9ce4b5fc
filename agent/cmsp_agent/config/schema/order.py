"""What was ordered, who ordered it, whom to call, and the customer's sites."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from cmsp_agent.config.schema.base import Section
from cmsp_agent.config.schema.values import Address, Count, Date, Interval, MailAddress, Name, Text, Timezone, Weekly


class OrderSection(Section):
    """The order document, in short."""

    id: Text | None = None
    effective: Date | None = Field(
        default=None,
        description="Without `activation`, components are active once they answer, or 90 days later",
    )
    ends: Date | None = None
    activation: Date | None = Field(
        default=None,
        description="Date in the transition plan, if there is one: older faults are findings and open no incident",
    )
    components: Count | None = Field(default=None, description="How many were ordered")
    warn_before: Interval = Field(
        default=2_592_000.0, description="How long before their last day the term, letters and contracts are warned of"
    )
    sru: Count = Field(default=0, description="Service request units")


class CustomerSection(Section):
    """The whole of the end customer: what an incident's impact is a share of. Default: what this file names."""

    name: Text | None = None
    people: Count | None = None
    sites: Count | None = None
    components: Count | None = None


class ContactSection(Section):
    """Somebody to notify or to ask."""

    name: Text | None = None
    email: MailAddress | None = None
    phone: Text | None = None


class MaintenanceSection(Section):
    """A window in which work may be done."""

    short_form = "when"
    name: Text = "maintenance"
    when: Weekly


def _windows(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Windows = Annotated[tuple[MaintenanceSection, ...], BeforeValidator(_windows)]


def _numbers(value: Any) -> Any:
    return (value,) if isinstance(value, str | int) else value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not 2 <= len(text := str(value)) <= 15 or not text.isascii() or not text.isdecimal():
        raise ValueError("an emergency number is wanted, as in 112; one that begins with 0 in quotes")
    return text


class SiteSection(Section):
    """A place of the customer."""

    people: Count = 0
    timezone: Timezone = "UTC"
    hours: Weekly | None = Field(default=None, description="Business hours; default: around the clock")
    maintenance: Windows = ()
    source: Address | None = Field(
        default=None, description="Address of the appliance that this site's devices are asked from"
    )
    emergency: Annotated[tuple[Annotated[str, BeforeValidator(_number)], ...], BeforeValidator(_numbers)] = Field(
        default=("112",), description="The emergency numbers, as the gateways dial them"
    )


Sites = dict[Name, SiteSection]
Contacts = dict[Name, ContactSection]
