"""Read the site's data files: which components there are, and what each of them is. Starts nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.site.ios_config import IosConfig
from tests.lab.site.walk import Walk, load_walk

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class DeviceDefinition:
    """One component of the site as its data files describe it.

    Attributes:
        kind: ``ios`` (SNMP, SSH), ``plain`` (SNMP, an open port) or ``port`` (an open port only).
        people: who depend on it.
        behind: the component that must be up for this one to be reached; empty for none.
        snmp: ``v3``, ``v2c`` or ``none``.
        notifies: ``trap``, ``inform`` or ``none``.
        syslog: style of its lines, see `notices.format_line`; or ``none``.
        walk_files: files of its SNMP objects, below the data folder.
        values: what is filled in there.
    """

    name: str
    site: str
    address: str
    kind: str
    people: int = 0
    behind: str = ""
    snmp: str = "v2c"
    notifies: str = "trap"
    syslog: str = "ios-xe"
    walk_files: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    data: Path = DATA

    @property
    def software(self) -> str:
        """The first line of what it says about its software."""
        return self.values.get("sysdescr", "").split(", RELEASE")[0]

    def walk(self) -> Walk:
        """Its SNMP objects, read anew."""
        return load_walk(self.data, self.walk_files, {"name": self.name, **self.values})

    def config(self) -> IosConfig:
        """Its configuration, read anew; empty where it has none."""
        path = self.data / self.name / "running-config.txt"
        return IosConfig.parse(path.read_text(encoding="utf-8") if path.exists() else "")

    def shows(self) -> dict[str, str]:
        """Its answers to ``show`` commands, by what follows ``show``."""
        folder = self.data / self.name / "show"
        return {path.stem.replace("_", " "): path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}


@dataclass(frozen=True, slots=True)
class SiteDefinition:
    """The whole of it: people by site, and the components."""

    sites: Mapping[str, int]
    components: tuple[DeviceDefinition, ...]

    @property
    def people(self) -> int:
        """Everybody, on all sites."""
        return sum(self.sites.values())

    def behind(self, name: str) -> list[str]:
        """The components that can't be reached while `name` is dead, at any depth."""
        found: list[str] = []
        for component in self.components:
            if component.behind and component.behind in (name, *found):
                found.append(component.name)
        return found


def load_site(data: Path = DATA) -> SiteDefinition:
    """Read ``site.toml`` and the ``device.toml`` of each component."""
    site = tomllib.loads((data / "site.toml").read_text(encoding="utf-8"))
    components = []
    for entry in site["components"]:
        device = tomllib.loads((data / entry["name"] / "device.toml").read_text(encoding="utf-8"))
        walk_files = tuple(device.pop("walk"))
        values = device.pop("values", {})
        components.append(DeviceDefinition(**entry, **device, walk_files=walk_files, values=values, data=data))
    return SiteDefinition(site["sites"], tuple(components))
