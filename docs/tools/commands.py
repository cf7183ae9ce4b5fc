"""The command line as a tree of plain facts, read from the application itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer.main

from cmsp_agent.cli.application import application
from cmsp_agent.cli.output import Output

PROGRAM = "cmsp-agent"
KINDS = {str: "TEXT", int: "NUMBER", float: "NUMBER", Path: "FILE"}


@dataclass(frozen=True)
class Parameter:
    """An argument or an option."""

    names: tuple[str, ...]
    is_option: bool
    kind: str
    """How its value is written; empty for a switch."""
    required: bool
    default: str
    help: str


@dataclass(frozen=True)
class Command:
    """A command, or a group of them. `path` is how it is called, without the program's name."""

    path: tuple[str, ...]
    help: str
    parameters: tuple[Parameter, ...]
    children: tuple["Command", ...] = ()

    @property
    def arguments(self) -> tuple[Parameter, ...]:
        """What stands in a fixed place."""
        return tuple(parameter for parameter in self.parameters if not parameter.is_option)

    @property
    def options(self) -> tuple[Parameter, ...]:
        """What has a name."""
        return tuple(parameter for parameter in self.parameters if parameter.is_option)

    def walk(self) -> Iterator["Command"]:
        """This command and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def _parameter(raw: Any) -> Parameter:
    is_option = raw.param_type_name == "option"
    switch = is_option and raw.is_flag
    shown = raw.default is not None and raw.default != "" and not switch and not callable(raw.default)
    return Parameter(
        names=tuple(sorted(raw.opts, key=len, reverse=True))
        if is_option
        else ((raw.metavar or raw.name.upper()).strip("[]"),),
        is_option=is_option,
        kind="" if switch else (is_option and raw.metavar) or KINDS.get(raw.type_descriptor.annotation, "VALUE"),
        required=raw.required,
        default=str(raw.default) if shown else "",
        help=getattr(raw, "help", None) or "",
    )


def _command(path: tuple[str, ...], raw: Any) -> Command:
    children = getattr(raw, "commands", {})
    return Command(
        path=path,
        help=raw.help or "",
        parameters=tuple(_parameter(parameter) for parameter in raw.params),
        children=tuple(_command((*path, name), child) for name, child in children.items() if not child.hidden),
    )


@cache
def tree() -> Command:
    """The whole command line."""
    return _command((), typer.main.get_command(application(Output())))
