"""Distributions made on the fly: a dist-info with an entry point, and a module, in a folder that is put on sys.path."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.quarantine import Quarantine
from tests.lab.clock import ManualClock

Install = Callable[..., None]

GOOD = """
from cmsp_agent.plugin.api import API_VERSION as VERSION, DeviceType, hook
API_VERSION = VERSION

@hook
def device_types():
    return [DeviceType(NAME, "A device")]
"""


class Site:
    """A host with nothing installed but what a test installs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counters = Counters()
        self.clock = ManualClock()
        self.quarantine = Quarantine(folder / "state" / "quarantine.json")
        self.host = PluginHost(self.quarantine, self.clock, self.counters, self.distributions)

    def distributions(self) -> Iterator[metadata.Distribution]:
        yield from metadata.distributions(path=[str(self.folder)])

    def install(self, name: str, source: str = GOOD, distribution: str = "") -> None:
        """A distribution whose module `outside_NAME` is the plugin NAME."""
        module = f"outside_{name}"
        text = textwrap.dedent(source).replace("NAME", repr(name))
        (self.folder / f"{module}.py").write_text(text, encoding="utf-8")
        info = self.folder / f"{distribution or module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution or module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[cmsp_agent.plugins]\n{name} = {module}\n")

    def report(self, name: str) -> tuple[str, str]:
        found = next(report for report in self.host.reports() if report.name == name)
        return found.state, found.reason


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    sys.path.insert(0, str(tmp_path))
    yield Site(tmp_path)
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("outside_")]:
        del sys.modules[name]
