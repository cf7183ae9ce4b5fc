"""Which faults open no incident at present, and which changes are planned: by weekly windows, and by people."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from cmsp_agent.config.configuration import MaintenanceWindow, Site
from cmsp_agent.config.windows import parse_weekly
from cmsp_agent.model.component import Component
from cmsp_agent.model.event import Event
from cmsp_agent.model.silence import Silence
from cmsp_agent.model.times import rfc3339

NOTHING: Mapping[str, Component] = {}


class SilenceRegister:
    """The silences of the moment. The event service's part changes it; a pipeline only asks."""

    def __init__(self, silences: Iterable[Silence] = ()) -> None:
        self._silences = {silence.id: silence for silence in silences}

    def put(self, silence: Silence) -> None:
        """A silence is made or changed."""
        self._silences[silence.id] = silence

    def drop(self, silence: str) -> None:
        """Forget a silence."""
        self._silences.pop(silence, None)

    def in_force(self, now: int) -> list[Silence]:
        """Those that hold."""
        return [silence for silence in self._silences.values() if silence.holds(now)]


class Silences:
    """Answers for one configuration. Windows are local time: they move with the clocks of their site."""

    def __init__(
        self,
        sites: Mapping[str, Site],
        components: Mapping[str, Component] = NOTHING,
        register: SilenceRegister | None = None,
    ) -> None:
        self._zones = {name: site.timezone for name, site in sites.items()}
        self._sites = {name: site.maintenance for name, site in sites.items() if site.maintenance}
        self._own = {
            name: tuple(MaintenanceWindow(called, parse_weekly(hours)) for called, hours in each.maintenance)
            for name, each in components.items()
            if each.maintenance
        }
        self._components = components
        self._register = register or SilenceRegister()

    def of(self, event: Event, now: int) -> str:
        """What silences a fault: the name of a window, or the id of a silence; empty: nothing.

        Args:
            event: the fault.
            now: ms since the epoch.
        """
        return self.window(event.site, now, event.component) or self._silence(event, now)

    def described(self, event: Event, now: int) -> str:
        """What silences a fault, for people; empty: nothing."""
        if window := self.window(event.site, now, event.component):
            return f"the weekly window {window}"
        silence = next((each for each in self._matching(event, now) if each.mutes), None)
        if silence is None:
            return ""
        return f"{silence.kind} {silence.id} until {rfc3339(silence.ends_at)} ({silence.reason}, {silence.author})"

    def window(self, site: str, now: int, component: str = "") -> str:
        """The name of the weekly window that a site, or a component of it, is in; empty: in none.

        `now` in ms since the epoch.
        """
        windows = (*self._own.get(component, ()), *self._sites.get(site, ()))
        if not windows:
            return ""
        local = datetime.fromtimestamp(now / 1000, UTC).astimezone(self._zones.get(site, UTC))
        return next((called for window in windows if (called := _holding(window, local))), "")

    def maintained(self, now: int) -> frozenset[str]:
        """The components that are in maintenance as a whole: by a window, or because somebody said so."""
        silences = [each.matcher for each in self._register.in_force(now) if each.kind == "maintenance"]
        whole = [each for each in silences if not each.type and not each.object]
        if not whole and not self._sites and not self._own:
            return frozenset()
        sites = {name for name in self._sites if self.window(name, now)}
        return frozenset(
            name
            for name, each in self._components.items()
            if each.site in sites
            or (name in self._own and self.window(each.site, now, name))
            or any(one.fits(site=each.site, component=name, group=each.redundancy, kind="", name="") for one in whole)
        )

    def planned_by(self, event: Event, at: int) -> str:
        """Which work, or which maintenance window, a change belongs to; empty: nobody announced it."""
        found = next((each for each in self._matching(event, at) if each.announces), None)
        return (
            self.window(event.site, at, event.component)
            if found is None
            else f"{found.reason} ({found.author}, {found.id})"
        )

    def any_mutes(self, now: int) -> bool:
        """Whether there is any silence in force."""
        return any(silence.kind == "silence" for silence in self._register.in_force(now))

    def mutes(self, event: Event, now: int) -> bool:
        """Whether a person silenced a fault. Work and windows hold back new incidents, and mute none that is known."""
        return any(silence.kind == "silence" for silence in self._matching(event, now))

    def _silence(self, event: Event, now: int) -> str:
        return next((silence.id for silence in self._matching(event, now) if silence.mutes), "")

    def _matching(self, event: Event, now: int) -> Iterator[Silence]:
        component = self._components.get(event.component)
        group = component.redundancy if component is not None else ""
        for silence in self._register.in_force(now):
            if silence.matcher.fits(
                site=event.site, component=event.component, group=group, kind=event.type, name=event.object
            ):
                yield silence


def _holding(window: MaintenanceWindow, local: datetime) -> str:
    """The window's name where it holds at this local time, else nothing."""
    return (window.name or "maintenance") if window.when.holds(local) else ""


NONE = Silences({})
