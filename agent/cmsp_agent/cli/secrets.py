"""`cmsp-agent secret …`: store, list by name, delete. None prints a value or takes one as an argument."""

import getpass
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from cmsp_agent.cli.daemon import all_pages
from cmsp_agent.cli.output import TableColumn, items
from cmsp_agent.cli.session import AsJson, session
from cmsp_agent.config.load_scalars import SECRET_NAME
from cmsp_agent.config.site_path import DEFAULT_FILE
from cmsp_agent.model.errors import AgentError

MOST_BYTES = 64 * 1024
Config = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="The YAML file; its appliance section says where the vault is.",
        readable=False,
    ),
]
SecretName = Annotated[str, typer.Argument(metavar="NAME", help="The name that stands after !secret in the file.")]


class SecretRefused(AgentError):
    """What was given is no secret, or no name for one."""

    exit_code = 2


def secret_set(context: typer.Context, name: SecretName, config: Config = DEFAULT_FILE) -> None:
    """Store a secret, typed or from standard input. A running agent takes it at its next reload."""
    if not SECRET_NAME.fullmatch(name):
        raise SecretRefused("a secret's name is letters, digits, '.', '_' and '-', 100 at most")
    here = session(context)
    value = _typed(name) if here.keyboard.isatty() else _read(here.keyboard)
    if not value:
        raise SecretRefused("nothing was given: nothing is stored")
    from cmsp_agent.cli.sources import open_vault, settings
    from cmsp_agent.storage.sealed.vault import VaultDamaged

    vault = open_vault(settings(here.file(config)), os.environ)
    try:
        vault.set(name, value)
    except VaultDamaged:
        kept = vault.set_aside()
        vault.set(name, value)
        here.output.line(f"the damaged vault is kept as {kept}; set its other secrets again: cmsp-agent secret list")
    here.output.line(f"{name}: stored")


def secret_delete(context: typer.Context, name: SecretName, config: Config = DEFAULT_FILE) -> None:
    """Delete a secret from the vault. One that the file still names is refused; a file or credential is not touched."""
    from cmsp_agent.cli.filters import UnknownName
    from cmsp_agent.cli.sources import named_sources, secret_rows, settings

    config = session(context).file(config)
    sources = named_sources(settings(config), os.environ)
    names = sources.vault.names() if sources.vault else []
    if name not in names or sources.vault is None:
        raise UnknownName("secret", name, names, "in the vault")
    used = next((row["lines"] for row in secret_rows(config, sources) if row["name"] == name), [])
    if used:
        lines = ", ".join(map(str, used)) if isinstance(used, list) else str(used)
        raise SecretRefused(
            f"{config} still names '{name}' (line {lines}): take it out there first; nothing is deleted"
        )
    sources.vault.delete(name)
    session(context).output.line(f"{name}: deleted")


def _typed(name: str) -> str:
    first = getpass.getpass(f"{name}: ")
    if first != getpass.getpass("once more: "):
        raise SecretRefused("the two are not the same: nothing is stored")
    return first


def _read(stream: TextIO) -> str:
    """Everything that comes, without the line's end that `echo` adds."""
    try:
        value = stream.read(MOST_BYTES + 1)
    except UnicodeDecodeError:
        # Its text would quote what it could not decode.
        raise SecretRefused("not UTF-8 text: nothing is stored") from None
    if len(value) > MOST_BYTES:
        raise SecretRefused("too long for a secret: nothing is stored")
    return value.removesuffix("\n").removesuffix("\r")


def secret_list(context: typer.Context, config: Config = DEFAULT_FILE, as_json: AsJson = False) -> None:
    """List the secrets by name, and where each comes from. Those that the file names or the vault holds."""
    here = session(context)
    output = here.output
    if here.daemon.local or config != DEFAULT_FILE:
        rows, nothing = _rows_here(here.file(config))
    else:
        rows, nothing = items(all_pages(here.daemon, "/v1/secrets")), "no secrets"
    if as_json:
        output.json_rows(rows)
        return
    columns = [TableColumn("SECRET"), TableColumn("FROM"), TableColumn("LINES")]
    output.table(columns, ([row["name"], row["source"], row["lines"]] for row in rows), nothing)


def _rows_here(config: Path) -> tuple[Sequence[Mapping[str, Any]], str]:
    """Each secret as a row, whether the agent runs or not, and what is said where there is none."""
    from cmsp_agent.cli.sources import named_sources, secret_rows, settings

    rows = secret_rows(config, named_sources(settings(config), os.environ))
    return rows, "no secrets" if config.exists() else f"no secrets; there is no {config} yet"
