"""`cmsp-agent rules …`: check rule files, try them on cases and on recorded events, say what they make of one event."""

import gc
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from cmsp_agent.cli.daemon import all_pages
from cmsp_agent.cli.output import TableColumn, items
from cmsp_agent.cli.session import AsJson, CommandContext, session
from cmsp_agent.cli.site_copy import site_at_hand
from cmsp_agent.config.site_path import DEFAULT_FILE

if TYPE_CHECKING:
    from cmsp_agent.model.errors import Problem
    from cmsp_agent.model.event import Event

Config = Annotated[Path, typer.Option("--config", "-c", metavar="FILE", help="The site file, which names the rules.")]
Files = Annotated[
    list[Path] | None, typer.Option("--rules", metavar="FILE", help="These rule files, not those of the site file.")
]

_KEYS = ("kind", "rule", "if", "does", "where")
"""What is shown of a rule, as the API calls it."""


def rules_check(
    context: typer.Context, config: Config = DEFAULT_FILE, files: Files = None, as_json: AsJson = False
) -> None:
    """Check the rule files and list the rules in the order in which they apply."""
    here = session(context)
    if not here.daemon.local and config == DEFAULT_FILE and not files:
        listed = items(all_pages(here.daemon, "/v1/rules"))
        _show(here, [tuple(row.get(key) for key in _KEYS) for row in listed], [], as_json)
        return
    from cmsp_agent.cli import rule_files, rule_replay

    config = here.file(config)
    rules, warnings = rule_files.load(config, files)
    warnings = rule_replay.counted(warnings, rules, partial(_recorded, here)) + rule_replay.unknown(rules, config)
    _show(here, list(rule_files.rows(rules)), warnings, as_json)


def _show(
    here: CommandContext, rows: Sequence[tuple[object, ...]], warnings: Sequence["Problem"], as_json: bool
) -> None:
    if as_json:
        listed = [dict(zip(_KEYS, row, strict=True)) for row in rows]
        shown = [{"file": each.file, "line": each.line, "text": each.text} for each in warnings]
        here.output.json_rows(listed, warnings=shown)
        return
    for warning in warnings:
        here.output.line(f"{warning.file}:{warning.line}: warning: {warning.text}")
    here.output.table([TableColumn(key.upper()) for key in _KEYS], rows, "no rules")


def rules_test(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The cases: events and what is expected of them.")],
    config: Config = DEFAULT_FILE,
    files: Files = None,
    as_json: AsJson = False,
) -> None:
    """Try the rules on cases. Ends with 1 where one does not come out as expected."""
    from cmsp_agent.cli import rule_files, rule_replay

    here = session(context)
    output = here.output
    with site_at_hand(here.daemon, config) as site:
        rules = rule_files.load(site.config, files, site.rules)[0]
        outcomes = rule_replay.try_file(file, rules, site.config)
    wrong = [outcome for outcome in outcomes if not outcome.right]
    if as_json:
        output.json_rows(
            [
                {
                    "case": each.case.name,
                    "file": each.case.file,
                    "line": each.case.line,
                    "expected": each.case.expect,
                    "got": each.got,
                }
                for each in outcomes
            ]
        )
        raise typer.Exit(1 if wrong else 0)
    for each in wrong:
        by = f"rule {each.rule.name} ({site.named(str(each.rule.origin))})" if each.rule else "no rule"
        output.line(
            f"{each.case.file}:{each.case.line}: {each.case.name}: expected {each.case.expect}, got {each.got} by {by}"
        )
    output.line(f"{len(outcomes) - len(wrong)} of {len(outcomes)} cases as expected")
    raise typer.Exit(1 if wrong else 0)


def rules_replay(
    context: typer.Context,
    since: Annotated[str, typer.Option("--since", metavar="AGE", help="How far back: 30m, 12h, 7d.")] = "7d",
    config: Config = DEFAULT_FILE,
    files: Files = None,
    as_json: AsJson = False,
) -> None:
    """Say what the rules in force would have made of the recorded events and, with --rules, how those would differ."""
    from cmsp_agent.cli import rule_replay

    here = session(context)
    gc.disable()  # a million events stay: to look through them for cycles again and again takes a third of the time
    try:
        with site_at_hand(here.daemon, config) as site:
            result = rule_replay.replayed(partial(_recorded, here), since, site.config, files, site.rules)
    finally:
        gc.enable()
    if as_json:
        here.output.json(result)
        return
    figures = [result] if not files else [result["in_force"], result["proposed"]]
    names = ["in force"] if not files else ["in force", "proposed"]
    heads = [TableColumn(head) for head in ("RULES", "EVENTS", "DROPPED", "CHANGED", "INCIDENTS")]
    keys = ("events", "dropped", "changed", "incidents")
    here.output.table(
        heads, [(name, *(one[key] for key in keys)) for name, one in zip(names, figures, strict=True)], ""
    )
    for warning in figures[-1]["warnings"]:
        here.output.line(f"warning: {site.named(warning)}")
    by_rule = list(figures[-1]["by_rule"].items())
    here.output.table([TableColumn("FILTER"), TableColumn("EVENTS")], by_rule, "no event matches a filter")
    for each in result.get("differ", ()):
        here.output.line(f"{each['opens']}: {each['at']} {each['component']} {each['type']} {each['object']}".rstrip())
    if files:
        differing = result["differing"]
        here.output.line(f"{differing} incident{' differs' if differing == 1 else 's differ'}")


def rules_explain(
    context: typer.Context,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The id of a recorded event.")],
    config: Config = DEFAULT_FILE,
    files: Files = None,
    as_json: AsJson = False,
) -> None:
    """Say what each stage and each rule makes of a recorded event, in the order in which they apply."""
    from cmsp_agent.cli import rule_explain, rule_files, rule_replay, rule_silences

    here = session(context)
    found = here.daemon.get(f"/v1/events/{quote(event, safe='')}")
    silences = items(all_pages(here.daemon, "/v1/silences"))
    with site_at_hand(here.daemon, config) as copy:
        rules = rule_files.load(copy.config, files, copy.rules)[0]
        site = rule_replay.replay_site(copy.config)
        silenced_by = rule_silences.silenced_by(found, silences, copy.config, site.components)
    lines = [copy.named(line) for line in rule_explain.explain(found, rules, site, silenced_by)]
    if as_json:
        here.output.json({"event": found.get("id"), "rules": lines})
    else:
        here.output.line("\n".join(lines))


def _recorded(here: CommandContext, since: int) -> Iterator["Event"]:
    """The events recorded since a time, the oldest first. While one page is used, the next is fetched."""
    import json
    from concurrent.futures import Future, ThreadPoolExecutor

    from cmsp_agent.model.event import Event
    from cmsp_agent.storage.encoding import decoded_lines

    with ThreadPoolExecutor(1) as reading:

        def fetch(after: int) -> "Future[bytes]":
            return reading.submit(here.daemon.content, f"/v1/events/stored?after={after}&since={since}")

        after, coming = 0, fetch(0)
        while True:
            head, _, lines = coming.result().partition(b"\n")
            following = int(json.loads(head)["next"])
            if following == after:
                return
            after, coming = following, fetch(following)
            yield from decoded_lines(lines, Event)
