"""What a component gets of the service, why, and what decides it: the order first, then the tier (the table of tiers).

Pure. Letters and contracts that have ended were marked before (`services.devices.contract_terms`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cmsp_agent.model.component import Component, Tier
from cmsp_agent.model.errors import Refused


class ServicePart(StrEnum):
    """The parts of the service that a component gets or not."""

    AVAILABILITY = "availability"
    KPIS = "kpis"
    EVENTS = "events"
    """Syslog and traps."""
    INCIDENTS = "incidents"
    BACKUP = "backup"
    CHANGE = "change"
    """Changes of its configuration, and restores."""
    PROBLEM = "problem"
    REPORTS = "reports"
    UPDATES = "updates"
    """Software updates and requests for a replacement, by the maker's support contract."""


YES, NO = "yes", "no"
FULL, OPEN_AND_CLOSE, ON_AVAILABILITY = "full", "open-and-close", "availability"
ALL, STANDARD = "all", "standard"
PARTNER = "partner"
"""The partner does it."""
_BY_DEFAULT = {YES: "get it", NO: "don't get it", PARTNER: "are backed up by the partner"}

TIER, ORDER, LETTER, CONTRACT = "tier", "order", "letter of authorisation", "support contract"
"""The sources."""

_PARTS = (
    ServicePart.KPIS,
    ServicePart.EVENTS,
    ServicePart.INCIDENTS,
    ServicePart.BACKUP,
    ServicePart.CHANGE,
    ServicePart.PROBLEM,
    ServicePart.REPORTS,
)
_TABLE: Mapping[Tier, tuple[str, ...]] = {
    Tier.MANAGED: (YES, YES, FULL, YES, YES, YES, ALL),
    Tier.THIRD_PARTY: (YES, YES, OPEN_AND_CLOSE, PARTNER, NO, NO, STANDARD),
    Tier.END_OF_LIFE: (YES, YES, OPEN_AND_CLOSE, NO, NO, NO, STANDARD),
    Tier.MONITORED_ONLY: (NO, NO, ON_AVAILABILITY, NO, NO, NO, ON_AVAILABILITY),
    Tier.BEST_EFFORT: (YES, YES, OPEN_AND_CLOSE, NO, NO, NO, STANDARD),
}
"""Without detail in the order."""
_BY_LETTER: Mapping[ServicePart, str] = {ServicePart.INCIDENTS: FULL, ServicePart.REPORTS: ALL}
"""What a valid letter adds for a third party's component that the order details."""
_NEEDS_LETTER = frozenset({ServicePart.BACKUP, ServicePart.CHANGE, ServicePart.PROBLEM, *_BY_LETTER})
"""What nobody may do with a third party's component without its letter."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One part of the service, as a component gets it."""

    part: ServicePart
    level: str
    """`yes`, `no`, `partner`; of incidents `full`, `open-and-close`, `availability`; of reports `all`, `standard`,
    `availability`."""
    source: str
    """`order`, `tier`, `letter of authorisation` or `support contract`."""
    why: str

    @property
    def granted(self) -> bool:
        """Whether it gets it at all."""
        return self.level not in (NO, PARTNER)


def entitlements(component: Component) -> dict[ServicePart, Entitlement]:
    """Everything that a component gets and does not get."""
    return {part: entitlement(component, part) for part in ServicePart}


def entitlement(component: Component, part: ServicePart) -> Entitlement:
    """One part of the service."""
    if part is ServicePart.AVAILABILITY:
        return Entitlement(part, YES, TIER, "every component gets it")
    if part is ServicePart.UPDATES:
        return _updates(component)
    said = component.ordered.levels.get(part.value, "")
    foreign = component.tier is Tier.THIRD_PARTY and part in _NEEDS_LETTER
    if foreign and not component.authorised and (said or part in _BY_LETTER):
        return Entitlement(part, _by_tier(component.tier, part), LETTER, _without_letter(component))
    if said:
        return Entitlement(part, said, ORDER, f"the order says {part.value}: {said}")
    if foreign and part in _BY_LETTER and component.ordered.detailed:
        assert component.authorisation is not None
        return Entitlement(part, _BY_LETTER[part], LETTER, f"letter {component.authorisation.number} is in force")
    level = _by_tier(component.tier, part)
    whose = _BY_DEFAULT.get(level, f"get {part.value}: {level}")
    return Entitlement(part, level, TIER, f"{component.tier.value} components {whose} unless the order says otherwise")


def require(component: Component, part: ServicePart) -> None:
    """Go on only where the component gets a part of the service.

    Raises:
        Refused: it does not; the text says why, and what decides it.
    """
    found = entitlement(component, part)
    if not found.granted:
        raise Refused(refusal(component, found))


def refusal(component: Component, found: Entitlement) -> str:
    """Why something is not done, and whence that comes."""
    return f"{component.name}: no {found.part.value}: {found.why} (source: {found.source})"


def gets(component: Component, part: ServicePart) -> bool:
    """Whether a component gets a part of the service."""
    return entitlement(component, part).granted


def _by_tier(tier: Tier, part: ServicePart) -> str:
    return _TABLE[tier][_PARTS.index(part)]


def _without_letter(component: Component) -> str:
    letter = component.authorisation
    if letter is None:
        return "a third party's component needs a letter of authorisation, and there is none"
    return f"letter {letter.number} ended on {letter.until}"


def _updates(component: Component) -> Entitlement:
    contract = component.support
    if contract is None:
        return Entitlement(ServicePart.UPDATES, NO, CONTRACT, "no support contract is named for it")
    if contract.ended:
        return Entitlement(ServicePart.UPDATES, NO, CONTRACT, f"contract {contract.number} ended on {contract.until}")
    return Entitlement(ServicePart.UPDATES, YES, CONTRACT, f"contract {contract.number} is in force")
