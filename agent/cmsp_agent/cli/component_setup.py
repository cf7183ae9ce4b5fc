"""`cmsp-agent component setup`: the device's own commands for what its tier needs, and which of them are there."""

from typing import Annotated

import typer

from cmsp_agent.cli.daemon import component_path
from cmsp_agent.cli.output import minute
from cmsp_agent.cli.session import AsJson, ComponentName, session

MARKS = {True: "there", False: "missing", None: "?"}
Missing = Annotated[bool, typer.Option("--missing", help="Only the commands that are not there, ready to paste.")]


def component_setup(
    context: typer.Context, name: ComponentName, missing: Missing = False, as_json: AsJson = False
) -> None:
    """Print the device's own commands for what its tier needs, and say which its saved configuration has.

    Secrets are not printed: their places are marked <…>.
    """
    here = session(context)
    document = here.daemon.get(component_path(name, "setup"))
    if as_json:
        here.output.json(document)
        return
    steps = document.get("steps") or ()
    if missing:
        here.output.data("".join(f"{line['command']}\n" for line in steps if line.get("there") is not True))
        return
    saved = document.get("saved_at")
    known = f"compared with the configuration of {minute(saved)} UTC" if saved else document.get("problem")
    here.output.line(f"{name} ({document.get('device_type')}): {known}")
    need = None
    for step in steps:
        if step["need"] != need:
            need = step["need"]
            here.output.line(f"\n! {need}: {step['why']}")
        for number, text in enumerate(str(step["command"]).splitlines()):
            mark = MARKS.get(step.get("there"), "?") if number == 0 else ""
            here.output.line(f"{mark:<8} {text}")
