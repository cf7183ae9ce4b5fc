"""`cmsp-agent plugin new|check|test|show`: the tools of those who write a plugin. None needs a running agent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.cli.filters import known_or_refused
from cmsp_agent.cli.output import Output
from cmsp_agent.cli.session import AsJson, session
from cmsp_agent.model.errors import PluginError

if TYPE_CHECKING:
    from cmsp_agent.cli.plugin.cases import CaseOutcome
    from cmsp_agent.cli.plugin.load import LoadedPlugin

PluginPlace = Annotated[
    str, typer.Argument(metavar="PLUGIN", help="A plugin's name, or the path of its module, package or project.")
]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the plugin and of its device type: acme_gw.")]
Into = Annotated[Path, typer.Option("--into", metavar="FOLDER", help="Where the project's folder is made.")]
Like = Annotated[str, typer.Option("--like", metavar="TYPE", help="The device type whose parts the new one has too.")]


def plugin_new(context: typer.Context, name: NewName, into: Into = Path(), like: Like = "generic_snmp") -> None:
    """Write the project of a new plugin: a device type, cases, a test. It passes its check and its test."""
    from cmsp_agent.cli.plugin.load import installed
    from cmsp_agent.cli.plugin.project import write

    known_or_refused("device type", like, installed().registry.types)
    folder = write(into, name, like)
    output = session(context).output
    output.line(f"{folder}: a plugin with the device type {name}")
    output.line(f"look at {folder}/src/{name}/plugin.py, then: cmsp-agent plugin check {folder}")


def plugin_check(context: typer.Context, plugin: PluginPlace, as_json: AsJson = False) -> None:
    """Name every mistake of a plugin with its line. Exit code 1 where there is one."""
    from cmsp_agent.cli.plugin import papers

    output = session(context).output
    loaded = _loaded(plugin)
    report = loaded.report
    mistakes = list(report.problems) or ([report.reason] if report.state == "refused" else [])
    if loaded.folder is not None:
        mistakes += papers.mistakes(loaded.folder, report.device_types, loaded.registry)
    if as_json:
        output.json({"plugin": report.name, "device_types": report.device_types, "mistakes": mistakes})
    else:
        for mistake in mistakes:
            output.line(mistake)
        names = ", ".join(report.device_types) or "none"
        output.line(f"{report.name}: {len(mistakes) or 'no'} mistake{'s'[: len(mistakes) != 1]}; device types: {names}")
    if mistakes:
        raise typer.Exit(1)


def plugin_test(context: typer.Context, plugin: PluginPlace, as_json: AsJson = False) -> None:
    """Run the recorded cases beside a plugin. Exit code 1 where one does not come true."""
    from cmsp_agent.cli.plugin.cases import run

    output = session(context).output
    loaded = _loaded(plugin)
    kind = loaded.registry.named(next(iter(loaded.report.device_types), ""))
    if kind is None or loaded.folder is None:
        raise CallFailed(f"{plugin}: no device type of it can be used; see: cmsp-agent plugin check {plugin}", 1)
    outcomes = run(loaded.folder / "cases", kind, loaded.registry)
    if not outcomes:
        raise CallFailed(f"{loaded.folder / 'cases'}: no cases; docs/plugins.md shows how one is written", 1)
    _tell(output, outcomes, as_json)
    if not all(outcome.holds for outcome in outcomes):
        raise typer.Exit(1)


def plugin_show(context: typer.Context, plugin: PluginPlace, as_json: AsJson = False) -> None:
    """Show what the device types of a plugin know, poll, understand and save."""
    from cmsp_agent.cli.plugin.types import table
    from cmsp_agent.plugin.support import document

    output = session(context).output
    loaded = _loaded(plugin)
    kinds = [kind for name in loaded.report.device_types if (kind := loaded.registry.named(name)) is not None]
    if as_json:
        output.json_rows([document(kind) for kind in kinds])
    for kind in () if as_json else kinds:
        output.line(table(document(kind)))
    if not loaded.report.device_types:
        raise CallFailed(f"{plugin}: it brings no device type that can be used", 1)


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
    """Write rules for the traps of a maker's MIB, as the table that `read_traps` reads in a plugin. Read them over.

    A MIB that it imports from is found by itself where it lies in the same folder, under whatever name.
    """
    from cmsp_agent.plugin.mib_file import MibError, notifications
    from cmsp_agent.plugin.mib_folder import imported, text_of
    from cmsp_agent.plugin.trap_pairs import rows
    from cmsp_agent.plugin.trap_table import written

    given = [mib_file, *(more_files or ())]
    text, *others = [text_of(file) for file in (*given, *imported(given))]
    try:
        found = notifications(text, others)
    except MibError as error:
        raise CallFailed(f"{mib_file}: {error}", 1) from error
    session(context).output.data(written(rows(found, prefix)))


def _loaded(plugin: str) -> "LoadedPlugin":
    from cmsp_agent.cli.plugin.load import named_or_at

    try:
        return named_or_at(plugin)
    except PluginError as error:
        raise CallFailed(str(error), 2) from error


def _tell(output: Output, outcomes: "list[CaseOutcome]", as_json: bool) -> None:
    if as_json:
        rows = [{"case": each.case, "holds": each.holds, "differences": list(each.differences)} for each in outcomes]
        output.json_rows(rows)
        return
    for outcome in outcomes:
        output.line(f"{'good' if outcome.holds else 'WRONG'}  {outcome.case}")
        for difference in outcome.differences:
            output.line(f"       {difference}")
    wrong = sum(not outcome.holds for outcome in outcomes)
    output.line(f"{len(outcomes)} cases, {wrong} wrong")
