"""`cmsp-agent backup recover`: all stored configurations in plain text, from the storage and the recovery key alone.

Needs no running agent, no state and no appliance: it runs wherever this package is installed.
"""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cmsp_agent.cli.output import TableColumn, moment
from cmsp_agent.cli.session import AsJson, Config, session
from cmsp_agent.config.site_path import DEFAULT_FILE
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.times import rfc3339

Store = Annotated[Path, typer.Argument(metavar="BACKUPS", help="The directory of the backups: the storage or a copy.")]
RecoveryKey = Annotated[Path, typer.Option("--key", metavar="FILE", help="The recovery key's private half, PEM.")]
Into = Annotated[
    Path | None,
    typer.Option(
        "--into",
        metavar="DIRECTORY",
        help="Where to write; the files hold secrets and are for you alone. Without it everything is only verified.",
    ),
]


class RecoveryFailed(AgentError):
    """Nothing, or not everything, could be recovered."""


def backup_restore_key(context: typer.Context, backups: Store, key: RecoveryKey, config: Config = DEFAULT_FILE) -> None:
    """Make the master key of these backups this appliance's own, while the agent is stopped."""
    from cmsp_agent.aio.clock import SystemClock
    from cmsp_agent.cli.running_agent import running_configuration
    from cmsp_agent.cli.sources import settings
    from cmsp_agent.services.audit_beside import audited
    from cmsp_agent.storage.sealed.master_key import NEXT, install, recovered_keys
    from cmsp_agent.storage.sealed.replace_key import replace_master_key

    if config.exists() and running_configuration(config) is not None:
        raise RecoveryFailed("the agent runs with the key that is to be replaced; first: systemctl stop cmsp-agent")
    output, state = session(context).output, settings(config).state
    with audited(state, SystemClock(), "backup restore-key", str(backups)) as doing:
        with _private(key) as (private, password):
            found, *following = recovered_keys(backups, private, password)
        renewed = replace_master_key(found, state)
        for key_to_come in following:
            install(key_to_come, state, NEXT)
        doing.detail = f"sealed anew: {', '.join(renewed) or 'nothing'}"
    output.line(f"the master key of {backups} is this appliance's now; the one before is kept beside it")
    if renewed:
        output.line(f"sealed anew with it: {', '.join(renewed)}")
    if following:
        output.line("its change for another one was interrupted; first: cmsp-agent backup rotate-key")
    output.line("then: systemctl start cmsp-agent")


def backup_new_set(context: typer.Context, config: Config = DEFAULT_FILE) -> None:
    """Start a new set of backups with this appliance's key; a set of another key is moved into a folder beside it."""
    from cmsp_agent.aio.clock import SystemClock
    from cmsp_agent.cli.sources import settings
    from cmsp_agent.services.audit_beside import audited
    from cmsp_agent.services.backups.copies import ManifestFiles
    from cmsp_agent.storage.sealed.backup_set import BackupSet
    from cmsp_agent.storage.sealed.master_key import master_key

    appliance = settings(session(context).file(config))
    with audited(appliance.state, SystemClock(), "backup new-set", str(appliance.backups)) as doing:
        key = master_key(appliance.state)
        manifests = ManifestFiles(appliance.backups, key)
        fresh = BackupSet(appliance.backups, key, appliance.recovery_key, manifests.all_open)
        aside = fresh.put_aside()
        fresh.claim()
        doing.detail = f"what was there is in {aside}" if aside else "nothing was there"
    output = session(context).output
    if aside is not None:
        output.line(
            f"what was there is in {aside}; it opens with its own recovery key: cmsp-agent backup recover {aside}"
        )
    output.line(
        f"{appliance.backups}: a set of this appliance's backups begins; a running agent sees it within a minute"
    )


@contextmanager
def _private(key: Path) -> Iterator[tuple[bytes, bytes | None]]:
    """The private half of a recovery key and its password, where it has one; failures of using it in plain words."""
    try:
        private = key.read_bytes()
        yield private, getpass.getpass("Password of the recovery key: ").encode() if b"ENCRYPTED" in private else None
    except OSError as error:
        raise RecoveryFailed(f"{key}: {error.strerror}") from error
    except (TypeError, ValueError) as error:
        raise RecoveryFailed(f"{key}: not a private key that can be read, or the password is wrong") from error


def _came_to(path: Path | None, error: str, into: Path | None) -> str:
    """What is said of one version."""
    if path is None and into is None:
        return error or "verified"
    return f"{path or 'not recovered'}{': ' if error else ''}{error}"


def backup_recover(
    context: typer.Context, backups: Store, key: RecoveryKey, into: Into = None, as_json: AsJson = False
) -> None:
    """Write every stored configuration out, by the recovery key. Needs no running agent."""
    from cmsp_agent.services.backups.recovery import recover

    output = session(context).output
    with _private(key) as (private, password):
        found = recover(backups, private, into, password)
    rows = [(one.component, rfc3339(one.taken_at) if one.taken_at else "", one.path, one.error) for one in found]
    if as_json:
        names = ("component", "taken_at", "path", "error")
        output.json_rows([dict(zip(names, map(str, row), strict=True)) for row in rows])
    else:
        last = TableColumn("WRITTEN TO" if into else "WHAT CAME OF IT")
        columns = [TableColumn("COMPONENT"), TableColumn("TAKEN (UTC)"), last]
        shown = [
            (name, moment(taken) if taken else "-", _came_to(path, error, into)) for name, taken, path, error in rows
        ]
        output.table(columns, shown, f"{backups}: nothing is there")
    lost = sum(bool(one.error) for one in found)
    if lost or not found:
        raise RecoveryFailed(
            f"{lost} of {len(found)} could not be recovered, or lost their manifest"
            if found
            else "nothing was recovered"
        )
