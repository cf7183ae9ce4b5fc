"""`cmsp-agent plugin …`: the plugins, why one is not loaded, and how one gets out of quarantine, agent or not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cmsp_agent.cli.daemon import AgentUnreachable, CallFailed
from cmsp_agent.cli.output import TableColumn, items
from cmsp_agent.cli.secrets import Config
from cmsp_agent.cli.session import AsJson, CommandContext, session
from cmsp_agent.config.site_path import DEFAULT_FILE

FILE = "quarantine.json"
"""In the state directory; the agent reads it when it starts."""

PluginName = Annotated[str, typer.Argument(metavar="PLUGIN", help="The plugin's name, as `plugin list` shows it.")]


def plugin_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the plugins, and why one is not loaded; without a running agent those that are installed here."""
    here = session(context)
    rows, note = _rows(here)
    if as_json:
        here.output.json_rows(rows)
        return
    columns = [TableColumn("PLUGIN"), TableColumn("STATE"), TableColumn("FAILURES", right=True), TableColumn("REASON")]
    cells = [(row.get("name"), row.get("state"), row.get("failures"), _reason(row)) for row in rows]
    here.output.table(columns, cells, "no plugins")
    for row in rows:
        for mistake in row.get("problems") or ():
            here.output.line(f"{row.get('name')}: not used: {mistake}")
    if note:
        here.output.line(f"\n{note}")


def _rows(here: CommandContext) -> tuple[list[Mapping[str, Any]], str]:
    """Each plugin as a row, and what is to be known of the list."""
    try:
        return list(items(here.daemon.get("/v1/status").get("plugins"))), ""
    except AgentUnreachable:
        if not here.daemon.local:
            raise
    from cmsp_agent.cli.plugin.load import installed

    shown = ("name", "state", "reason", "failures", "problems")
    rows: list[Mapping[str, Any]] = [{name: getattr(each, name) for name in shown} for each in installed().reports()]
    return rows, "the agent is not running: these are installed, and loaded by its next start"


def _reason(row: Mapping[str, Any]) -> str:
    count = len(row.get("problems") or ())
    return row.get("reason") or (f"{count} mistake{'s'[: count != 1]}, see below" if count else "")


def plugin_clear(context: typer.Context, plugin: PluginName, config: Config = DEFAULT_FILE) -> None:
    """Take a plugin out of quarantine. It is loaded again when the agent starts."""
    from cmsp_agent.cli.sources import settings

    if not cleared(settings(session(context).file(config)).state / FILE, plugin):
        raise CallFailed(f"no plugin called '{plugin}' is in quarantine; see: cmsp-agent plugin list", 2)
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
