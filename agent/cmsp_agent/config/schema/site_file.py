"""The partner's whole file, and its JSON Schema for editors."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from cmsp_agent.config.schema.appliance import (
    Api,
    Appliance,
    Headend,
    ListenersSection,
    PrivacySection,
    RetentionSection,
    Smtp,
    Traps,
    WebhookSection,
)
from cmsp_agent.config.schema.base import TEXT, AlsoAs, Section
from cmsp_agent.config.schema.components import Components, Group
from cmsp_agent.config.schema.credentials import Credentials
from cmsp_agent.config.schema.order import Contacts, CustomerSection, OrderSection, Sites
from cmsp_agent.config.schema.policy import DiscoverySection, IncidentsSection, NotificationSection, RulesSection
from cmsp_agent.config.schema.sinks import Sinks
from cmsp_agent.config.schema.values import Addresses, Name, Setting


def _one_or_more(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class SiteFile(Section):
    """Everything that a partner says about an appliance and its site."""

    appliance: Appliance
    headend: Headend = Headend()
    api: Api = Api()
    order: OrderSection = OrderSection()
    customer: CustomerSection = CustomerSection()
    contacts: Contacts = Field(default_factory=dict)
    sites: Sites = Field(default_factory=dict)
    credentials: Credentials
    components: Components = Field(default_factory=dict)
    groups: Annotated[tuple[Group, ...], BeforeValidator(_one_or_more)] = ()
    discovery: DiscoverySection = DiscoverySection()
    rules: Annotated[RulesSection, AlsoAs(TEXT)] = RulesSection()
    incidents: IncidentsSection = IncidentsSection()
    notify: Annotated[tuple[NotificationSection, ...], BeforeValidator(_one_or_more)] = ()
    smtp: Smtp | None = None
    webhook: WebhookSection | None = None
    sinks: Sinks = Field(default_factory=dict, description="Where records go beside the head-end")
    channels: dict[Name, dict[Name, Setting]] = Field(
        default_factory=dict, description="What the notification channels of other plugins need, by the channel's name"
    )
    retention: RetentionSection = RetentionSection()
    privacy: PrivacySection = PrivacySection()
    listen: ListenersSection = ListenersSection()
    traps: Traps = Traps()
    relays: Addresses | None = Field(
        default=None, description="Senders that speak for others, by agent-addr, snmpTrapAddress or the name in a line"
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the file, as editors take it."""
    schema = SiteFile.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cmsp-agent site file",
        **{key: value for key, value in schema.items() if key != "title"},
    }
