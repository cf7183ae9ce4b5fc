"""The page of the device types: what each supports, generated from its data."""

from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.support import support
from docs.tools.markdown import cell, page, table

TEXT = (
    "*Proven*: a capture of somebody else's device, or a real peer in the tests, has shown it. "
    "*Documented*: made from the maker's documents; it works as they say or it doesn't. "
    "A type that is *like* another has that one's parts too."
)


def render() -> str:
    """Each device type of the product with its capabilities."""
    host: PluginHost = installed()
    own = {name for report in host.reports() if report.distribution == "cmsp-agent" for name in report.device_types}
    parts: list[str] = [TEXT]
    for kind in sorted(host.registry, key=lambda each: each.name):
        if kind.name in own:
            like = f" Like `{kind.like}`." if kind.like else ""
            rows = [(row.capability, cell(row.what), row.label) for row in support(kind)]
            parts += [f"## {kind.name}", f"{kind.title}.{like}", table(("capability", "what", "label"), rows)]
    return page("Device types", "plugins/cmsp_plugins", *parts)
