"""`cmsp-agent tool redact` and `tool clean`: what people see of a configuration, and what of it is compared."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cmsp_agent.cli.filters import UnknownName
from cmsp_agent.cli.session import session

if TYPE_CHECKING:
    from cmsp_agent.services.backups.clean_text import ConfigText

Type = Annotated[str, typer.Option("--device-type", metavar="TYPE", help="Whose configuration it is.")]


def tool_redact(context: typer.Context, device_type: Type) -> None:
    """Hide the secrets of a configuration: standard input to standard output, all else byte for byte."""
    text = _text_of(device_type)
    _write(context, text.redacted(_read()))


def tool_clean(context: typer.Context, device_type: Type) -> None:
    """Leave out what differs between two readings of an unchanged device: standard input to standard output."""
    text = _text_of(device_type)
    _write(context, text.stable(_read()))


def _text_of(device_type: str) -> "ConfigText":
    """How configurations of the type are read; one that is not saved has only what all devices have in common."""
    from cmsp_agent.cli.plugin.load import installed
    from cmsp_agent.plugin.api import CliPlatform
    from cmsp_agent.services.backups.clean_text import ConfigText

    types = installed().registry
    kind = types.named(device_type)
    if kind is None:
        raise UnknownName("device type", device_type, types.types)
    return ConfigText(kind.cli or CliPlatform(driver="generic"))


def _read() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


def _write(context: typer.Context, text: str) -> None:
    with session(context).output.file():
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
