"""`cmsp-agent backup restore`: shows what would change, asks, and puts a stored configuration back on its device."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cmsp_agent.cli.backup_transfer import write_secret_file
from cmsp_agent.cli.backups import LatestOrId
from cmsp_agent.cli.daemon import CallFailed, component_path
from cmsp_agent.cli.jobs import await_job, finish
from cmsp_agent.cli.session import AsJson, CommandContext, ComponentName, NoWait, session
from cmsp_agent.model.counted import counted

NOT_APPROVED = 1


def backup_restore(
    context: typer.Context,
    name: ComponentName,
    backup: LatestOrId = "known-good",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: approve the plan as it is shown.")] = False,
    merge: Annotated[
        bool, typer.Option("--merge", help="Where the device has no way back: add lines, remove none.")
    ] = False,
    other_device: Annotated[
        bool, typer.Option("--other-device", help="Put back a version of a device that this one replaces.")
    ] = False,
    to_replacement: Annotated[
        Path | None,
        typer.Option(
            "--to-replacement", metavar="FILE", help="Write FILE, to be pasted at a swapped device's console."
        ),
    ] = None,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Put a stored configuration back on its device; the device goes back by itself where that fails."""
    here = session(context)
    if to_replacement is not None:
        _for_console(here, name, backup, to_replacement)
        return
    path = component_path(name, "backups", backup, "restore")
    planned = await_job(here, here.daemon.post(path, {"dry_run": True}))
    plan: dict[str, Any] = planned.get("result") or {}
    if planned.get("state") != "done" or (as_json and (dry_run or not plan.get("difference"))):
        finish(here, planned, as_json=as_json, wait=True, tell=str)
        return
    if not as_json:
        _print(here, name, backup, plan, merge=merge, other_device=other_device)
    if dry_run or not plan.get("difference"):
        return
    if not yes and not typer.confirm(f"Put this on {name}?", err=True):
        raise CallFailed("nothing was changed", NOT_APPROVED)
    approved = {"plan": plan.get("plan"), "merge": merge, "other_device": other_device}
    job = here.daemon.post(path, {"dry_run": False, **approved})
    finish(here, job, as_json=as_json, wait=not no_wait, tell=lambda done: f"{name}: {_ended(done.get('result'))}")


def _for_console(here: CommandContext, name: str, backup: str, file: Path) -> None:
    """The text for a swapped device's console, and what it lacks."""
    content = here.daemon.content(component_path(name, "backups", backup, "console"))
    write_secret_file(file, content)
    for line in content.decode("utf-8", "replace").splitlines():
        if not line.startswith("! "):
            break
        here.output.complain(line.removeprefix("! "))
    here.output.line(f"{file} is to be pasted at the console of the swapped {name}; it holds secrets")


def _print(
    here: CommandContext, name: str, backup: str, plan: dict[str, Any], *, merge: bool, other_device: bool
) -> None:
    if not plan.get("difference"):
        here.output.line(f"{name} runs {backup} already")
        return
    here.output.line(str(plan["difference"]).rstrip("\n"))
    if plan.get("suspect"):
        here.output.complain(f"the version is suspect: {plan['suspect']}")
    if plan.get("other_device"):
        needs = "" if other_device else "; where that one was replaced, it needs --other-device"
        here.output.complain(f"{plan['other_device']}{needs}")
    if plan.get("lost"):
        here.output.complain(f"lost of what {name} runs now: {counted(plan['lost'], 'line')}")
    for line in plan.get("reload") or ():
        here.output.complain(f"takes effect at the device's next start only: {line.strip()}")
    if plan.get("way") == "upload":
        here.output.complain(f"{name} can't go back by itself: {plan.get('remedy')}")
    if plan.get("way") == "merge":
        how = "lines are added, none removed, and there is no way back" if merge else "it needs --merge"
        here.output.complain(f"{name} can't go back by itself: {plan.get('remedy')}; {how}")


def _ended(result: object) -> str:
    known = result if isinstance(result, dict) else {}
    if known.get("result") == "unchanged":
        return "unchanged"
    if known.get("no_backup"):
        return f"put back and healthy, but no backup of it could be taken: {known['no_backup']}"
    return f"put back, healthy, and saved as {known.get('backup')}"
