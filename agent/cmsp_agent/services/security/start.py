"""The part that reports security events: refused certificates and calls, host keys, changed credentials, forged traps.

It also warns of certificates that run out: see `certificate_expiry`.

What may come in masses is counted elsewhere; here the first is reported at once, and then how many there were.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.component import Component
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.pipeline.alarm_types import security
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.services.security.certificate_expiry import EXPIRES, CertificateExpiry, certificates_of

EVERY = 10.0
QUIET = 300.0
"""Seconds between two reports of one kind about one sender."""
CREDENTIALS = "security.credentials_changed"
WATCHED: tuple[tuple[str, str, str, str], ...] = (
    (
        "api.handshakes_failed",
        "no_certificate",
        "security.certificate_refused",
        "connection{s} to the API showed no certificate",
    ),
    (
        "api.handshakes_failed",
        "expired",
        "security.certificate_refused",
        "connection{s} to the API showed a certificate that is over or not valid yet",
    ),
    (
        "api.handshakes_failed",
        "unknown_authority",
        "security.certificate_refused",
        "connection{s} to the API showed a certificate of another authority, or none for clients",
    ),
    ("api.refused", "*", "security.call_refused", "call{s} {were} refused: the caller's role is not enough"),
    ("*.unknown_authority", "*", "security.certificate_refused", "certificate{s} {were} not of the accepted authority"),
    ("*.no_certificate", "*", "security.certificate_refused", "sender{s} showed no certificate"),
    ("*.expired", "*", "security.certificate_refused", "certificate{s} {were} expired or not yet valid"),
    ("traps.refused*", "*", "security.trap_refused", "trap{s} showed another community or user than agreed"),
    (
        "cli.host_keys",
        "*",
        "security.host_key_new",
        "host key{s} {were} seen for the first time, and pinned",
    ),
    ("cli.failed", "HostKeyChanged", "security.host_key_changed", "login{s} ended because another host key was shown"),
)
"""Counter, its key, the event's type, and what is counted: `{s}` and `{were}` go by the number."""


@dataclass(slots=True)
class SecurityWatch:
    """What was counted at the last look, and when each kind was reported last."""

    counters: Counters
    notices: Notices
    clock: Clock
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    reported: dict[tuple[str, str], float] = field(default_factory=dict)

    def look(self) -> None:
        """Report what grew; what was reported a moment ago waits, and is counted."""
        now = self.clock.monotonic()
        for (name, key), count in sorted(self.counters.keyed(is_watched).items()):
            self._look_at(name, key, count, now)

    def _look_at(self, name: str, key: str, count: int, now: float) -> None:
        for form, wanted, kind, what in WATCHED:
            if fnmatchcase(name, form) and fnmatchcase(key, wanted):
                self._grown((name, key), count, kind, what, now)
                return

    def _grown(self, place: tuple[str, str], count: int, kind: str, what: str, now: float) -> None:
        more = count - self.seen.get(place, 0)
        if more <= 0 or now - self.reported.get(place, float("-inf")) < QUIET:
            return
        self.seen[place], self.reported[place] = count, now
        said = what.format(s="" if more == 1 else "s", were="was" if more == 1 else "were")
        self.notices.note(kind, place[1], f"{more} {said} ({' '.join(filter(None, place))})")

    async def run(self) -> NoReturn:
        """Look, until cancelled."""
        while True:
            self.look()
            await self.clock.sleep(EVERY)


@lru_cache(maxsize=2_000)  # looked at every few seconds
def is_watched(name: str) -> bool:
    """Whether a counter is one of those, whatever its key."""
    return any(fnmatchcase(name, form) for form, *_ in WATCHED)


@dataclass(slots=True)
class SecurityPart(Part):
    """Watches, and compares the credentials of each configuration with those before."""

    alarm_types = security.ALARM_TYPES
    notices: Notices
    components: Mapping[str, Component]
    expiry: CertificateExpiry

    def prepare(self, configuration: Configuration) -> Change:
        """Look at the certificates again; report which components have other credentials: by name, never by value."""

        async def change() -> None:
            self.expiry.watched = certificates_of(configuration)
            self.expiry.look()
            before, self.components = self.components, configuration.components
            changed = [
                name
                for name, component in configuration.components.items()
                if name in before and component.credentials != before[name].credentials
            ]
            if changed:
                more = f" and {len(changed) - 10} more" if len(changed) > 10 else ""
                self.notices.note(CREDENTIALS, "", f"other credentials than before: {', '.join(changed[:10])}{more}")

        return change


@asynccontextmanager
async def start_security(
    runtime: Runtime, configuration: Configuration, notices: Notices, active: Iterable[AlarmKey]
) -> AsyncIterator[SecurityPart]:
    """Watch from now on."""
    watch = SecurityWatch(runtime.counters, notices, runtime.clock)
    expiry = CertificateExpiry(certificates_of(configuration), Conditions(EXPIRES, notices, active), runtime.clock)
    runtime.supervisor.keep_running("security watch", watch.run)
    runtime.supervisor.keep_running("certificate expiry", expiry.run)
    yield SecurityPart(notices, configuration.components, expiry)
