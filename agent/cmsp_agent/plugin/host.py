"""Loads plugins and calls them, each alone: its errors are reported and counted, and touch nothing else.

A broad `except` stands here and in aio.supervise only: a plugin may raise anything, KeyboardInterrupt included.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from importlib import metadata
from itertools import islice
from typing import TypeVar

import pluggy

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.brought import Brought
from cmsp_agent.model.errors import PluginError
from cmsp_agent.model.event import Event
from cmsp_agent.model.signal import Signal
from cmsp_agent.plugin import hookspecs
from cmsp_agent.plugin.admission import admitted
from cmsp_agent.plugin.answers import MOST_RESULTS, answers, items_of
from cmsp_agent.plugin.api import AlarmReport, DeviceType, NormaliseFunction
from cmsp_agent.plugin.channels import Channels
from cmsp_agent.plugin.entry_points import HOOKS, Found, admit, named, own_first, placed, plugins_of, seen_in_source
from cmsp_agent.plugin.kept_alive import kept_alive
from cmsp_agent.plugin.last_run import IMPORT
from cmsp_agent.plugin.markers import PROJECT
from cmsp_agent.plugin.misspelt import misspelt_in
from cmsp_agent.plugin.quarantine import NORMALISE, Quarantine
from cmsp_agent.plugin.record_sink import RecordSink
from cmsp_agent.plugin.registry import Registry, figure_names
from cmsp_agent.plugin.report import PluginReport
from cmsp_agent.plugin.sink_calls import take_sink
from cmsp_agent.plugin.source_line import file_of, first_line
from cmsp_agent.plugin.type_check import misfits
from cmsp_agent.plugin.watchdog import Calls

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_MISTAKES = 100
"""Mistakes that are kept of one answer."""
SLOW = 0.1
"""Seconds on the event loop after which a call is counted as slow."""


class PluginHost:
    """Finds, loads and calls plugins."""

    def __init__(
        self,
        quarantine: Quarantine,
        clock: Clock,
        counters: Counters,
        distributions: Callable[[], Iterable[metadata.Distribution]] = metadata.distributions,
    ) -> None:
        self._distributions = distributions
        self.registry, self.channels = Registry(), Channels()
        self.sinks: dict[str, RecordSink] = {}
        self.calls = Calls()
        self._quarantine = quarantine
        self._clock = clock
        self._counters = counters
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._reports: dict[str, PluginReport] = {}
        self._silenced: set[str] = set()
        """Plugins whose `normalise` is left out."""
        self._failing: set[tuple[str, str]] = set()
        self._waiting: list[tuple[str, object]] = []

    def reports(self) -> tuple[PluginReport, ...]:
        """All plugins that were found, loaded or not, by name."""
        return tuple(report for _, report in sorted(self._reports.items()))

    @property
    def brought(self) -> Brought:
        """What they bring that a file may name."""
        types = self.registry.types
        plugins = {name: self.registry.plugin_of(name) or "" for name in types}
        refused = {each.name: each.reason for each in self.reports() if each.state == "refused"}
        return Brought(types, self.channels.by_name, figure_names(self.registry), plugins, refused)

    def report(self) -> list[dict[str, object]]:
        """How the plugins fare, for the status."""
        shown = ("name", "state", "reason", "failures", "problems")
        return [{name: getattr(report, name) for name in shown} for report in self.reports()]

    def load(self) -> None:
        """Load every plugin of the entry-point group, the product's own first. Raises nothing for a bad plugin."""
        quarantined = self._quarantine.entries()
        for found in self.discover():
            if found.name in self._reports:
                self._counters.add("plugins.refused", key=found.name)
                log.error("plugin refused: a plugin of that name is loaded", extra={"plugin": found.name})
            elif found.name in quarantined and not quarantined[found.name].normalise_only:
                self._reports[found.name] = PluginReport(found.name, found.distribution, "refused")
                self._refuse(found.name, quarantined[found.name].reason, state="quarantined")
            else:
                self.take(found)
                if found.name in quarantined:
                    self._leave_out_normalise(found.name, quarantined[found.name].reason)
        self.register_device_types()

    def _leave_out_normalise(self, plugin: str, reason: str) -> None:
        """What blocked was its code for messages: its device types are used without it."""
        self._silenced.add(plugin)
        if self._reports[plugin].state == "loaded":
            self._refuse(plugin, f"{reason}; its normalise alone is left out", state="quarantined")

    def discover(self) -> list[Found]:
        """The plugins of the entry-point group, the product's own first; what can't be read is counted."""
        seen: set[str] = set()
        found: list[Found] = []
        for distribution in self._distributions():
            try:
                found += plugins_of(distribution, seen)
                seen.add(distribution.metadata["Name"] or "")
            except Exception:
                self._counters.add("plugins.unreadable_distributions")
                log.exception("a distribution's metadata can't be read")
        return sorted(found, key=own_first)

    def take(self, found: Found) -> None:
        """Import one plugin and ask for its device types; they are registered by `register_device_types`."""
        self._reports[found.name] = PluginReport(found.name, found.distribution, "refused")
        try:
            with self.calls.entered(found.name, IMPORT), kept_alive():
                module = found.load()
            self.calls.modules[getattr(module, "__name__", found.name).removesuffix(".plugin")] = found.name
            self._mistaken(found.name, seen_in_source(found, getattr(module, "__file__", "") or ""))
            unmarked = admit(self._manager, found.name, module)
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
            self._forget(found.name)
            detail = str(error) if isinstance(error, PluginError) else f"import failed: {named(error)}"
            self._refuse(found.name, detail, None if isinstance(error, PluginError) else error)
            self._mistaken(found.name, misspelt_in(error) or placed(error, "import failed"))
            self._mistaken(found.name, seen_in_source(found, file_of(error)))
            return
        self._update(found.name, state="loaded")
        self._mistaken(found.name, unmarked)
        self._waiting += [(found.name, each) for each in self._collect(found.name, "device_types")]
        for sink in self._collect(found.name, "sinks"):
            self._mistaken(found.name, take_sink(self.sinks, sink))
        for channel in self._collect(found.name, "notification_channels"):
            self._mistaken(found.name, self.channels.add(found.name, channel))

    def _forget(self, name: str) -> None:
        if self._manager.has_plugin(name):
            self._manager.unregister(name=name)

    def register_device_types(self) -> None:
        """Register what the plugins brought: a device type that is like another comes after that one."""
        while self._waiting:
            ready = [each for each in self._waiting if self._is_ready(each[1])] or self._waiting[:1]
            self._waiting = [each for each in self._waiting if each not in ready]
            for plugin, candidate in ready:
                self._register(plugin, candidate)

    def _is_ready(self, candidate: object) -> bool:
        like = candidate.like if isinstance(candidate, DeviceType) else ""
        return not like or like in self.registry.types

    def _collect(self, plugin: str, hook: str) -> list[object]:
        """The items of one plugin's answer to a hook that returns many; what is no iterable does not fit."""
        results: list[object] = []
        for implementation in self._implementations(hook, plugin):
            results += self.call(plugin, hook, partial(answers, implementation, hook)) or []
        return results

    def _register(self, plugin: str, candidate: object) -> None:
        """Add what can be used of a device type; whatever is wrong with it is reported."""
        answer = self.call(plugin, "check of a device type", lambda: admitted(candidate, self.registry, _known_drivers))
        if answer is None:
            return
        of_hook = "" if isinstance(candidate, DeviceType) else f"{self._hook_line(plugin)}: device_types: "
        self._mistaken(plugin, (f"{of_hook}{text}" for text in answer.mistakes))
        if answer.device_type is not None:
            self.registry.add(plugin, self._isolated(plugin, answer.device_type))
            self._update(plugin, device_types=(*self._reports[plugin].device_types, answer.device_type.name))

    def _hook_line(self, plugin: str) -> str:
        return next((first_line(code) for code in self._implementations("device_types", plugin)), plugin)

    def _isolated(self, plugin: str, device_type: DeviceType) -> DeviceType:
        code = device_type.normalise
        if code is None or plugin in self._silenced:
            return replace(device_type, normalise=None)
        return replace(device_type, normalise=self._guard(plugin, device_type.name, code))

    def _guard(self, plugin: str, kind: str, code: NormaliseFunction) -> NormaliseFunction:
        what = f"{NORMALISE}{kind}"

        def guarded(signal: Signal) -> Iterable[AlarmReport] | None:
            answer = self.call(plugin, what, lambda: None if (said := code(signal)) is None else items_of(said))
            wrong = [text for item in answer or () for text in misfits(item, AlarmReport)]
            if wrong:
                self._mistaken(plugin, (f"{what}: {text}" for text in wrong))
                return None
            return [item for item in answer if isinstance(item, AlarmReport)] if answer is not None else None

        return guarded

    def event_recorded(self, event: Event) -> None:
        """Let every plugin observe an event that is durable."""
        if not self._manager.hook.event_recorded.get_hookimpls():
            return
        for plugin, _ in self._manager.list_name_plugin():
            for implementation in self._implementations("event_recorded", plugin, event=event):
                self.call(plugin, "event_recorded", implementation)

    def _implementations(self, hook: str, plugin: str, **arguments: object) -> Iterator[Callable[[], object]]:
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            if implementation.plugin_name == plugin:
                chosen = {name: arguments[name] for name in implementation.argnames}
                yield partial(implementation.function, **chosen)

    def call(self, plugin: str, what: str, code: Callable[[], T]) -> T | None:
        """Run plugin code on the loop, isolated, timed and known to the watchdog.

        Returns:
            What it returned, or None where it raised; that is logged once until it works again, and always counted.
        """
        started = self._clock.monotonic()
        failed: BaseException | None = None
        answer: T | None = None
        try:
            with self.calls.entered(plugin, what):
                answer = code()
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
            failed = error
        self.account(plugin, what, self._clock.monotonic() - started, failed)
        return answer

    def account(self, plugin: str, what: str, seconds: float, failed: BaseException | None) -> None:
        """Count a call of plugin code, and log the first of its failures in a row."""
        report = self._reports.get(plugin) or PluginReport(plugin, "", "loaded")
        self._reports[plugin] = replace(
            report,
            calls=report.calls + 1,
            seconds=report.seconds + seconds,
            failures=report.failures + (failed is not None),
        )
        if seconds >= SLOW:
            self._counters.add("plugins.slow", key=plugin)
        if failed is None:
            self._failing.discard((plugin, what))
            return
        self._counters.add("plugins.failed", key=plugin)
        if what in HOOKS:
            own = [str(failed)] if isinstance(failed, PluginError) else placed(failed, what)
            self._keep(plugin, misspelt_in(failed) or own)
        if (plugin, what) not in self._failing:
            self._failing.add((plugin, what))
            log.error("plugin failed in %s: %s", what, named(failed), extra={"plugin": plugin}, exc_info=failed)

    def _mistaken(self, plugin: str, mistakes: Iterable[str]) -> None:
        """Count, log and keep what a plugin handed over and what is not used."""
        listed = tuple(islice(mistakes, MOST_MISTAKES))
        if not listed:
            return
        self._counters.add("plugins.misfits", key=plugin)
        self._keep(plugin, listed)

    def _keep(self, plugin: str, listed: Sequence[str]) -> None:
        """Log and keep what is wrong with a plugin, each text once."""
        known = self._reports[plugin].problems
        fresh = tuple(text for text in listed if text not in known)
        if fresh and len(known) < MOST_RESULTS:
            self._update(plugin, problems=known + fresh)
            log.error("plugin returned what can't be used: %s", "; ".join(fresh), extra={"plugin": plugin})

    def _refuse(self, plugin: str, reason: str, error: BaseException | None = None, state: str = "refused") -> None:
        self._update(plugin, state=state, reason=reason)
        self._counters.add(f"plugins.{state}", key=plugin)
        log.error("plugin %s: %s", state, reason, extra={"plugin": plugin}, exc_info=error)

    def _update(self, plugin: str, **changes: object) -> None:
        self._reports[plugin] = replace(self._reports[plugin], **changes)  # type: ignore[arg-type]


def _known_drivers() -> Iterable[str]:
    from cmsp_agent.transports.ssh.dialects import known_drivers  # paramiko takes a while to import

    return known_drivers()
