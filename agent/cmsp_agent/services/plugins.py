"""The part that says how the plugins are; the plugin host loads and isolates them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.services.part import Part


@dataclass(frozen=True, slots=True)
class PluginsPart(Part):
    """The plugins, loaded."""

    host: PluginHost

    async def status(self) -> Mapping[str, Any]:
        """Each plugin with its state, and why it is not loaded."""
        return {"plugins": self.host.report()}
