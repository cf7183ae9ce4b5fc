"""`cmsp-agent plugin …`: the plugins, why one is not loaded, and how one gets out of quarantine, agent or not."""

from pathlib import Path
from typing import Annotated

import typer

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.cli.output import Column, items
from cmsp_agent.cli.secrets import Config
from cmsp_agent.cli.session import AsJson, session
from cmsp_agent.config.site_path import DEFAULT_FILE

FILE = "quarantine.json"
"""In the state directory; the agent reads it when it starts."""

PluginName = Annotated[str, typer.Argument(metavar="PLUGIN", help="The plugin's name, as `plugin list` shows it.")]


def plugin_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the plugins, and why one is not loaded."""
    here = session(context)
    rows = items(here.daemon.get("/v1/status").get("plugins"))
    if as_json:
        here.output.json(rows)
        return
    columns = [Column("PLUGIN"), Column("STATE"), Column("FAILURES", right=True), Column("REASON")]
    told = [(row.get("name"), row.get("state"), row.get("failures"), row.get("reason") or "") for row in rows]
    here.output.table(columns, told, "no plugins")


MibFile = Annotated[Path, typer.Argument(metavar="MIB-FILE", help="The maker's MIB.", exists=True, dir_okay=False)]
MoreMibs = Annotated[
    list[Path] | None,
    typer.Argument(metavar="MORE-FILES", help="MIBs that it imports names from.", exists=True, dir_okay=False),
]
Prefix = Annotated[
    str, typer.Option("--prefix", metavar="WORD", help="First word of the alarm types: the maker's name.")
]


def plugin_traps(
    context: typer.Context, mib_file: MibFile, more_files: MoreMibs = None, prefix: Prefix = "trap"
) -> None:
    """Write rules for the traps of a maker's MIB, as the table that `read_traps` reads in a plugin. Read them over."""
    from cmsp_agent.plugin.mib_file import MibError, notifications
    from cmsp_agent.plugin.trap_pairs import rows
    from cmsp_agent.plugin.trap_table import written

    text, *others = [file.read_text("utf-8", "replace") for file in (mib_file, *(more_files or ()))]
    try:
        found = notifications(text, others)
    except MibError as error:
        raise CallFailed(f"{mib_file}: {error}", 1) from error
    session(context).output.data(written(rows(found, prefix)))


def plugin_clear(context: typer.Context, plugin: PluginName, config: Config = DEFAULT_FILE) -> None:
    """Take a plugin out of quarantine. It is loaded again when the agent starts."""
    from cmsp_agent.cli.sources import settings

    if not cleared(settings(config).state / FILE, plugin):
        raise CallFailed(f"no plugin called '{plugin}' is in quarantine; see: cmsp-agent plugin list", 1)
    session(context).output.line(f"{plugin}: out of quarantine; load it: systemctl restart cmsp-agent")


def cleared(file: Path, plugin: str) -> bool:
    """Whether the plugin was in quarantine, and is not any more.

    Raises:
        CallFailed: the file can't be read or written by this user.
    """
    from cmsp_agent.plugin.quarantine import Quarantine

    try:
        return Quarantine(file).clear(plugin)
    except OSError as error:
        raise CallFailed(f"{file}: {error.strerror}; run this as root or as cmsp-agent", 3) from error
