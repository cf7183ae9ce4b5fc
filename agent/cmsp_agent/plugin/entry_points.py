"""The plugins that distributions bring, and what makes a module one: API version, hooks, marks."""

import inspect
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from importlib import metadata
from types import ModuleType

import pluggy

from cmsp_agent.model.errors import PluginError
from cmsp_agent.plugin import hookspecs
from cmsp_agent.plugin.api import API_VERSION
from cmsp_agent.plugin.source_check import look_through
from cmsp_agent.plugin.source_line import line_of, place_of

GROUP = "cmsp_agent.plugins"
OWN_DISTRIBUTION = "cmsp-agent"
HOOKS = tuple(name for name, value in vars(hookspecs).items() if hasattr(value, "cmsp_agent_spec"))
SIGNATURES = {name: inspect.signature(getattr(hookspecs, name)) for name in HOOKS}


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin that may be imported."""

    name: str
    distribution: str
    load: Callable[[], ModuleType]


def plugins_of(distribution: metadata.Distribution, known: Collection[str]) -> list[Found]:
    """The plugins of a distribution; none where one of its name is known. Raises whatever its metadata does."""
    name = distribution.metadata["Name"] or ""
    points = [] if name in known else distribution.entry_points.select(group=GROUP)
    return [Found(point.name, name, point.load) for point in points]


def own_first(plugin: Found) -> tuple[bool, str]:
    """Sorts the product's own before the others."""
    return plugin.distribution != OWN_DISTRIBUTION, plugin.name


def is_own(plugin: str, found: Iterable[Found]) -> bool:
    """Whether the product itself brings the plugin of this name."""
    return any(each.name == plugin and each.distribution == OWN_DISTRIBUTION for each in found)


def admit(manager: pluggy.PluginManager, name: str, module: ModuleType) -> list[str]:
    """Take a module in as a plugin.

    Returns:
        Its functions that look like hooks and are not marked, each with its line.

    Raises:
        PluginError: it is not a plugin of this API version, or its hooks don't fit.
    """
    declared = getattr(module, "API_VERSION", None)
    if declared != API_VERSION or isinstance(declared, bool):
        raise PluginError(f"made for plugin API {declared!r}; this agent has API {API_VERSION}")
    unmarked = [_unmarked(module, hook) for hook in HOOKS if _is_unmarked(module, hook)]
    try:
        manager.register(module, name)
    except (pluggy.PluginValidationError, ValueError) as error:
        raise PluginError(f"a hook does not fit: {named(error)}") from error
    callers = manager.get_hookcallers(module) or []
    for caller in callers:
        if not caller.has_spec():
            raise PluginError(f"there is no hook {caller.name!r}; there are: {', '.join(HOOKS)}")
        if inspect.iscoroutinefunction(getattr(module, caller.name, None)):
            raise PluginError(f"{_line(module, caller.name)}: {caller.name} is `async def`; a hook is a plain function")
    if not callers:
        raise PluginError("; ".join(unmarked) or f"it implements no hook; there are: {', '.join(HOOKS)}")
    return unmarked


def named(error: BaseException) -> str:
    """An error for people: its kind, its text, and the plugin's line where it came from."""
    place = place_of(error)
    return f"{type(error).__name__}: {error}"[:500] + (f" ({place})" if place else "")


def placed(error: BaseException, doing: str) -> list[str]:
    """An error as a mistake, after the plugin's line where it came from; none where it came from no line of it."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    place = place_of(error)
    return [f"{place}: {doing}: {type(error).__name__}: {text}"[:500]] if place else []


def seen_in_source(found: Found, file: str) -> list[str]:
    """What the source of a plugin shows; the product's own are looked through before they are shipped."""
    return look_through(file, SIGNATURES, API_VERSION) if file and found.distribution != OWN_DISTRIBUTION else []


def _is_unmarked(module: ModuleType, hook: str) -> bool:
    function = getattr(module, hook, None)
    return inspect.isfunction(function) and not hasattr(function, "cmsp_agent_impl")


def _unmarked(module: ModuleType, hook: str) -> str:
    return f"{_line(module, hook)}: {hook} is not marked with @hook, so it is never called"


def _line(module: ModuleType, name: str) -> str:
    code = getattr(module, name).__code__
    return line_of(code.co_filename, code.co_firstlineno)
