"""The table of tiers, word by word; the order over it; what a letter adds and what its end takes."""

import datetime as dt
from dataclasses import replace

import pytest

from cmsp_agent.model.component import Agreement, Component, OrderedServices, Tier
from cmsp_agent.model.entitlement import ServicePart, entitlement, entitlements, gets, require
from cmsp_agent.model.errors import Refused
from cmsp_agent.services.devices.contract_terms import as_of

SBC = Component("sbc", ("10.1.0.9",), "paris", tier=Tier.THIRD_PARTY)
LETTER = Agreement("LOA-7", dt.date(2026, 11, 30))
DETAILED = OrderedServices({"backup": "yes", "change": "yes", "problem": "yes"})
IN_TIME, TOO_LATE = dt.date(2026, 11, 30), dt.date(2026, 12, 1)


def levels(component: Component) -> list[str]:
    """In the order of the table: KPIs, events, incidents, backup, change, problem, reports."""
    return [found.level for part, found in entitlements(component).items()][1:-1]


@pytest.mark.parametrize(
    ("tier", "expected"),
    [
        (Tier.MANAGED, ["yes", "yes", "full", "yes", "yes", "yes", "all"]),
        (Tier.THIRD_PARTY, ["yes", "yes", "open-and-close", "partner", "no", "no", "standard"]),
        (Tier.END_OF_LIFE, ["yes", "yes", "open-and-close", "no", "no", "no", "standard"]),
        (Tier.MONITORED_ONLY, ["no", "no", "availability", "no", "no", "no", "availability"]),
        (Tier.BEST_EFFORT, ["yes", "yes", "open-and-close", "no", "no", "no", "standard"]),
    ],
)
def test_without_detail_in_the_order_the_tier_decides(tier: Tier, expected: list[str]) -> None:
    component = replace(SBC, tier=tier)
    assert levels(component) == expected
    assert gets(component, ServicePart.AVAILABILITY)


def test_the_order_gives_and_takes() -> None:
    watched = replace(SBC, tier=Tier.MONITORED_ONLY, ordered=OrderedServices({"kpis": "yes", "incidents": "full"}))
    assert levels(watched) == ["yes", "no", "full", "no", "no", "no", "availability"]
    less = replace(SBC, tier=Tier.MANAGED, ordered=OrderedServices({"events": "no"}))
    assert levels(less) == ["yes", "no", "full", "yes", "yes", "yes", "all"]
    assert entitlement(less, ServicePart.EVENTS).source == "order"


def test_a_third_party_in_detail_with_its_letter_and_after_it() -> None:
    lettered = replace(SBC, ordered=DETAILED, authorisation=LETTER)
    assert levels(as_of(lettered, IN_TIME)) == ["yes", "yes", "full", "yes", "yes", "yes", "all"]
    lapsed = as_of(lettered, TOO_LATE)
    assert levels(lapsed) == ["yes", "yes", "open-and-close", "partner", "no", "no", "standard"]
    with pytest.raises(Refused, match=r"letter LOA-7 ended on 2026-11-30 \(source: letter of authorisation\)") as no:
        require(lapsed, ServicePart.CHANGE)
    assert no.value.exit_code == 3
    with pytest.raises(Refused, match="needs a letter of authorisation, and there is none"):
        require(replace(SBC, ordered=DETAILED), ServicePart.BACKUP)
    assert as_of(lettered, None) == lettered, "where the day is not known nothing ends"


def test_a_lapsed_contract_stops_updates_and_nothing_else() -> None:
    contract = replace(SBC, tier=Tier.MANAGED, support=Agreement("CON-1", dt.date(2026, 11, 30)))
    before, after = as_of(contract, IN_TIME), as_of(contract, TOO_LATE)
    assert levels(before) == levels(after)
    assert entitlement_of_updates(before) == ("yes", "support contract")
    assert entitlement_of_updates(after) == ("no", "support contract")
    assert entitlement_of_updates(SBC) == ("no", "support contract")


def entitlement_of_updates(component: Component) -> tuple[str, str]:
    found = entitlements(component)[ServicePart.UPDATES]
    return found.level, found.source
