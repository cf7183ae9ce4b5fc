"""An alarm type as a component's order and tier have it: whether it opens an incident, and whom to call. Pure."""

from dataclasses import replace

from cmsp_agent.model.component import Agreement, Component, Tier
from cmsp_agent.model.entitlement import FULL, ON_AVAILABILITY, ServicePart, entitlement
from cmsp_agent.pipeline.tier_filter import AVAILABILITY
from cmsp_agent.plugin.api import AlarmType


def as_entitled(alarm: AlarmType, component: Component) -> AlarmType:
    """The alarm type, changed where the component gets less than everything, or has a vendor of its own."""
    if component.tier is Tier.MANAGED and not component.ordered.detailed and component.support is None:
        return alarm
    level = entitlement(component, ServicePart.INCIDENTS).level
    if level == ON_AVAILABILITY and alarm.type not in AVAILABILITY:
        return replace(alarm, incident=False)
    advice = " ".join(part for part in (alarm.recommendation, _vendor(component, level)) if part)
    vendor = component.tier is Tier.THIRD_PARTY and level == FULL and alarm.responsible == "provider"
    return replace(alarm, recommendation=advice, responsible="third-party" if vendor else alarm.responsible)


def _vendor(component: Component, level: str) -> str:
    contract = _contract(component.support) if component.support is not None else ""
    if component.tier is not Tier.THIRD_PARTY:
        return contract
    if level == FULL:
        return f"Coordinate it with the vendor. {contract}".strip()
    return f"The partner calls the vendor. {contract}".strip()


def _contract(support: Agreement) -> str:
    ended = f" ended on {support.until}: no updates, no replacement" if support.ended else ""
    return f"Support contract {support.number}{ended}."
