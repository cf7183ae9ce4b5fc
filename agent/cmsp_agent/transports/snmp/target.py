"""A device's SNMP address, its credentials, and the timeouts, retries and quirks of requests."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace

from cmsp_agent.model.credentials import SnmpCredential

SNMP_PORT = 161
MOST_ALONE = 50
"""Objects of one device that are asked alone."""

Turn = Callable[[], Awaitable[None]]
"""Returns when the next datagram may be sent."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """How one device departs from the standards: found by probing, kept in the inventory, handed in again."""

    no_bulk: bool = False
    """It does not answer GETBULK: tables are read by GETNEXT."""
    most_oids: int = 0
    """The most OIDs that one request may carry; 0 where no bound is known; 1 is CUCM's "one OID per request"."""
    answer_size: int = 0
    """The largest answer, in octets, that was seen to arrive where larger ones failed; 0 where none failed."""
    non_increasing: bool = False
    """Its tables are not in order, or repeat rows."""
    wrong_index: bool = False
    """SNMPv1: its noSuchName names another object than the one that is not there."""
    answers_from: str = ""
    """Where its answers come from instead of the address that is asked; see `elsewhere`."""
    answers_with: str = ""
    """What is odd about the community of its answers."""
    alone: Mapping[str, str] = field(default_factory=dict)
    """Objects and columns that it fails to answer, with the reason: each is asked in a request of its own."""

    def set_apart(self, failed: Mapping[str, str], read: Iterable[str]) -> "Quirks":
        """Ask what failed alone from now on, and what was read well together with the others again."""
        if not failed and (not self.alone or self.alone.keys().isdisjoint(read)):
            return self
        well = set(read).difference(failed)
        apart = {oid: reason for oid, reason in {**self.alone, **failed}.items() if oid not in well}
        return replace(self, alone=dict(list(apart.items())[:MOST_ALONE]))

    def as_record(self) -> dict[str, int | str | Mapping[str, str]]:
        """As the inventory keeps them."""
        return {name: value if isinstance(value, dict | str) else int(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class SnmpTarget:
    """One device's SNMP agent."""

    address: str
    """IPv4 or IPv6, with `%interface` where it is link-local; no name."""
    credential: SnmpCredential
    port: int = SNMP_PORT
    timeout: float = 2.0
    """Seconds to wait for each attempt."""
    retries: int = 2
    """Further attempts after the first."""
    is_lossy: bool = False
    """The way loses packets: a lost answer says little of its size."""
    source: str = ""
    """Our address to ask from; empty leaves it to the routing table."""
    answers_from: str = ""
    """Accept true answers from another address or port too: from `any`, or from this address; empty: from none.

    Signed answers of v3 are accepted from any.
    """
    any_community: bool = False
    """Accept answers whose community is not the one that was asked with, if the request ID is right."""
    stop_at_disorder: bool = False
    """End a table at the first row out of order; otherwise go on as long as new rows come."""
    accept_boots_reset: bool = True
    """SNMPv3: believe a device whose engineBoots went back, once it has signed that in an answer to this request."""
    largest_answer: int = 0
    """Octets of UDP payload to ask for at most; 0 for what the first hop's MTU carries without fragments."""
    quirks: Quirks = Quirks()
    turn: Turn | None = None
    """Awaited before each datagram, where there may be so many in a second and no more."""
