"""The register of the agent's counters and gauges, gathered from the domains that declare them.

Status, heartbeat, metrics and the reference use it. A counter that nobody declared fails a test.
"""

from fnmatch import fnmatchcase
from functools import lru_cache

from cmsp_agent.model.counters import backups, events, link, notify, plugins, polling, process, receiving, storage
from cmsp_agent.model.counters.declaration import Counter, Gauge

_DOMAINS = (receiving, polling, backups, link, notify, events, plugins, storage, process)

REGISTER: tuple[Counter, ...] = tuple(
    sorted(
        (counter for domain in _DOMAINS for counter in domain.COUNTERS),
        key=lambda counter: ("*" in counter.name, -counter.name.find("*")),
    )
)
"""The first that fits a name describes it: an exact name before a form, and of two forms the one that says more."""

GAUGES: tuple[Gauge, ...] = (
    *events.GAUGES,
    *link.GAUGES,
    *polling.GAUGES,
    *process.GAUGES,
    *receiving.GAUGES,
    *storage.GAUGES,
)

UNDECLARED = Counter("", "Not declared")


@lru_cache(maxsize=1_000)
def counter_of(name: str) -> Counter:
    """The declaration of a counter by the name that is counted.

    Raises:
        LookupError: nobody declared it.
    """
    for counter in REGISTER:
        if fnmatchcase(name, counter.name):
            return counter
    raise LookupError(f"the counter {name!r} is not declared in cmsp_agent.model.counters")


def described(name: str) -> Counter:
    """The declaration, or a stand-in for an undeclared name: showing counters must not fail."""
    try:
        return counter_of(name)
    except LookupError:
        return UNDECLARED


def gauge_of(name: str) -> tuple[Gauge, str]:
    """The declaration of a gauge, and the part of the name that varies. Where nobody declared it, one of that name."""
    for gauge in GAUGES:
        if fnmatchcase(name, gauge.name):
            return gauge, name.removesuffix(gauge.name.removeprefix("*")) if gauge.label else ""
    return Gauge(name, name, UNDECLARED.help), ""
