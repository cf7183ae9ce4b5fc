"""`cmsp-agent backup recover`: all stored configurations in plain text, from the storage and the recovery key alone.

Needs no running agent, no state and no appliance: it runs wherever this package is installed.
"""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from cmsp_agent.cli.output import TableColumn, moment
from cmsp_agent.cli.session import AsJson, session
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.times import rfc3339

Store = Annotated[Path, typer.Argument(metavar="BACKUPS", help="The directory of the backups: the storage or a copy.")]
RecoveryKey = Annotated[Path, typer.Option("--key", metavar="FILE", help="The recovery key's private half, PEM.")]
Into = Annotated[
    Path,
    typer.Option("--into", metavar="DIRECTORY", help="Where to write; the files hold secrets and are for you alone."),
]


class RecoveryFailed(AgentError):
    """Nothing, or not everything, could be recovered."""


def backup_recover(
    context: typer.Context, backups: Store, key: RecoveryKey, into: Into, as_json: AsJson = False
) -> None:
    """Write every stored configuration out, by the recovery key. Needs no running agent."""
    from cmsp_agent.services.backups.recovery import recover

    output = session(context).output
    try:
        private = key.read_bytes()
        password = getpass.getpass("Password of the recovery key: ").encode() if b"ENCRYPTED" in private else None
        found = recover(backups, private, into, password)
    except OSError as error:
        raise RecoveryFailed(f"{key}: {error.strerror}") from error
    except (TypeError, ValueError) as error:
        raise RecoveryFailed(f"{key}: not a private key that can be read, or the password is wrong") from error
    rows = [(one.component, rfc3339(one.taken_at) if one.taken_at else "", one.path, one.error) for one in found]
    if as_json:
        names = ("component", "taken_at", "path", "error")
        output.json([dict(zip(names, map(str, row), strict=True)) for row in rows])
    else:
        columns = [TableColumn("COMPONENT"), TableColumn("TAKEN (UTC)"), TableColumn("WRITTEN TO")]
        shown = [
            (name, moment(taken) if taken else "-", path or f"not recovered: {error}")
            for name, taken, path, error in rows
        ]
        output.table(columns, shown, f"{backups}: no manifest is there")
    lost = sum(one.path is None for one in found)
    if lost or not found:
        raise RecoveryFailed(f"{lost} of {len(found)} could not be recovered" if found else "nothing was recovered")
