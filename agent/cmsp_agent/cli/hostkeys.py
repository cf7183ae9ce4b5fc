"""`cmsp-agent component host-key`: the SSH host keys pinned for a component; forgetting them when it was replaced."""

from typing import Annotated

import typer

from cmsp_agent.cli.daemon import component_path
from cmsp_agent.cli.output import TableColumn, items
from cmsp_agent.cli.session import AsJson, ComponentName, session

Forget = Annotated[bool, typer.Option("--forget", help="Forget them; the next login pins what the device shows then.")]


def host_key(context: typer.Context, name: ComponentName, forget: Forget = False, as_json: AsJson = False) -> None:
    """Show the pinned SSH host keys, or forget them. Forget them when the device was replaced."""
    here = session(context)
    path = component_path(name, "host-keys")
    document = here.daemon.delete(path) if forget else here.daemon.get(path)
    if as_json:
        here.output.json(document)
        return
    columns = [TableColumn("ALGORITHM"), TableColumn("FINGERPRINT")]
    rows = [(row.get("algorithm"), row.get("fingerprint")) for row in items(document)]
    here.output.table(columns, rows, f"no host key is pinned for {name}")
    if forget and rows:
        here.output.line("forgotten; the next login pins what the device shows then")
