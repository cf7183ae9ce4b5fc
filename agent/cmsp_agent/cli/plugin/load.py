"""Loads plugins without an agent: those that are installed, and one from a folder or a file."""

import importlib
import importlib.util
import logging
import signal
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import FrameType, ModuleType

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import PluginError
from cmsp_agent.plugin.entry_points import GROUP, Found
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.plugin.report import PluginReport

logging.getLogger("cmsp_agent.plugin").addHandler(logging.NullHandler())  # commands print it themselves

NOWHERE = Path("/nonexistent/quarantine.json")
"""Quarantine is the running agent's matter."""
OUTSIDE = "(a file)"
LONGEST = 10.0
"""Seconds that the import of a plugin and its hooks may take."""


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """One plugin, beside all that are installed."""

    report: PluginReport
    registry: Registry
    folder: Path | None
    """Where its `cases` lie; None: it is no folder."""


def installed(but: str = "") -> PluginHost:
    """The installed plugins, loaded, but for one."""
    host = PluginHost(Quarantine(NOWHERE), SystemClock(), Counters())
    for found in host.discover():
        if found.name != but:
            with _bounded():
                host.take(found)
    host.register_device_types()
    return host


def named_or_at(place: str) -> LoadedPlugin:
    """A plugin by its name, or by the path of its module, its package or its project.

    A plugin that is installed and whose path is given is judged by what the path has.

    Raises:
        PluginError: there is neither a plugin nor a file of that name.
    """
    path = Path(place)
    if path.exists():
        file, name = _module_of(path)
        host = installed(but=name)
        with _bounded():
            host.take(Found(name, OUTSIDE, lambda: _imported(file)))
            host.register_device_types()
        return LoadedPlugin(next(each for each in host.reports() if each.name == name), host.registry, file.parent)
    host = installed()
    reports = {report.name: report for report in host.reports()}
    if place not in reports:
        raise PluginError(f"{place}: no such file, and no plugin of that name; there are {', '.join(sorted(reports))}")
    return LoadedPlugin(reports[place], host.registry, _folder_of(place))


@contextmanager
def _bounded() -> Iterator[None]:
    """Interrupts a plugin that does not come back, wherever it is; what interrupts it names the line."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"it takes longer than {LONGEST:g} s")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _module_of(path: Path) -> tuple[Path, str]:
    """(the module's file, the plugin's name) for a module, a package's folder or a project's."""
    if path.is_file():
        return path.resolve(), path.resolve().parent.name if path.stem == "plugin" else path.stem
    project = path / "pyproject.toml"
    if project.exists():
        for name, module in _entry_points(project).items():
            for root in (path, path / "src"):
                file = root / Path(*module.split(".")).with_suffix(".py")
                if file.exists():
                    return file.resolve(), name
        raise PluginError(f'{project}: no module of [project.entry-points."{GROUP}"] is in this folder')
    if (path / "plugin.py").exists():
        return (path / "plugin.py").resolve(), path.resolve().name
    raise PluginError(f"{path}: neither plugin.py nor pyproject.toml is in this folder")


def _entry_points(project: Path) -> Mapping[str, str]:
    try:
        document = tomllib.loads(project.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PluginError(f"{project}: {error}") from error
    found: Mapping[str, str] = document.get("project", {}).get("entry-points", {}).get(GROUP, {})
    return found


def _imported(file: Path) -> ModuleType:
    """The module of a file; as a member of its package where it is in one, so that its own imports work."""
    if (file.parent / "__init__.py").exists():
        sys.path.insert(0, str(file.parent.parent))
        try:
            return importlib.import_module(f"{file.parent.name}.{file.stem}")
        finally:
            sys.path.remove(str(file.parent.parent))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise PluginError(f"{file}: not a Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _folder_of(name: str) -> Path | None:
    for point in entry_points(group=GROUP):
        if point.name == name:
            spec = importlib.util.find_spec(point.module)
            return Path(spec.origin).parent if spec is not None and spec.origin else None
    return None
