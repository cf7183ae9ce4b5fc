"""Impact, urgency and priority of an incident, by the tables of the service. Pure arithmetic; knows no component."""

from dataclasses import dataclass
from enum import StrEnum


class Impact(StrEnum):
    """How much of the end customer's business is affected, widest first."""

    WIDESPREAD = "widespread"
    LARGE = "large"
    LOCALISED = "localised"
    INDIVIDUAL = "individual"


class Urgency(StrEnum):
    """How badly it hurts, worst first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for critical."""
        return list(Urgency).index(self)


class Priority(StrEnum):
    """P1 is everyone, around the clock; P4 is help in business hours."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


_RANKS = {impact: rank for rank, impact in enumerate(Impact)}
_MATRIX = {
    Urgency.CRITICAL: (Priority.P1, Priority.P1, Priority.P2, Priority.P2),
    Urgency.MAJOR: (Priority.P1, Priority.P2, Priority.P2, Priority.P3),
    Urgency.MINOR: (Priority.P2, Priority.P3, Priority.P3, Priority.P3),
    Urgency.LOW: (Priority.P4, Priority.P4, Priority.P4, Priority.P4),
}


@dataclass(frozen=True, slots=True)
class Share:
    """So many of a whole, of people, sites or components."""

    affected: int
    whole: int

    def __str__(self) -> str:
        return f"{self.affected}/{self.whole}"

    def level(self) -> Impact:
        """The row of the impact table; nothing of nothing is the smallest."""
        part, whole = min(self.affected, self.whole), self.whole
        if whole <= 0 or part * 4 < whole:
            return Impact.INDIVIDUAL
        if part * 4 > whole * 3:
            return Impact.WIDESPREAD
        return Impact.LARGE if part * 2 >= whole else Impact.LOCALISED


@dataclass(frozen=True, slots=True)
class Extent:
    """The arithmetic of an impact: the largest of three shares decides."""

    people: Share
    sites: Share
    components: Share

    @property
    def level(self) -> Impact:
        levels = self.people.level(), self.sites.level(), self.components.level()
        return min(levels, key=_RANKS.__getitem__)

    def __str__(self) -> str:
        return f"{self.people} people, {self.sites} sites, {self.components} components"


def priority(urgency: Urgency, impact: Impact) -> Priority:
    """The priority matrix of the service."""
    return _MATRIX[urgency][_RANKS[impact]]
