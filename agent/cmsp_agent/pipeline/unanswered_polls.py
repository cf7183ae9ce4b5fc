"""What is remembered of the polls of a component that stayed unanswered. Judges nothing: see `poll_judge`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnansweredPolls:
    """The polls of a component that stayed unanswered, in a row. Times in ms since the epoch."""

    polled_at: int = 0
    polls: int = 0
    """Consecutive polls in which neither ICMP, TCP nor SNMP answered."""
    snmp: int = 0
    """Consecutive polls in which SNMP did not answer."""
    since: int = 0
    """When the first of those polls began."""
    troubled: int = 0
    """Consecutive polls that could not ask for all, or were not answered in full."""
    on_a_lossy_way: int = 0
    """How many of the polls with either lost packets on the way, which may be the whole reason."""
    outcome: str = ""
    """What the last poll brought, in words."""
    alike: int = 0
    """Consecutive polls that brought the same."""
    answered_at: int = 0
    """When a poll was last answered, by whatever way."""
    answering_since: int = 0
    """When the first of the polls was answered that were all answered since."""

    unrouted_since: int = 0
    """When the first of the last polls was due that asked nothing, as no route leads there; 0: there is one."""

    @property
    def answers(self) -> bool:
        """Whether the last poll was answered."""
        return 0 < self.answered_at == self.polled_at

    @property
    def asks_nothing(self) -> bool:
        """Whether the last poll could ask by no way at all."""
        return bool(self.polled_at) and not (self.answers or self.polls or self.snmp)
