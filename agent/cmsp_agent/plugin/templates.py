"""Rows of a show command's output, by TextFSM. The one importer of textfsm, and of ntc-templates for its files."""

import io
from functools import lru_cache
from importlib.resources import files

import textfsm

LARGEST_OUTPUT = 512 * 1024
LONGEST_LINE = 1_000


class TemplateUnusable(ValueError):
    """There is no such template, or it can't be read."""


class OutputUnreadable(ValueError):
    """The output is not what the template is for, or larger than any such output."""


def columns(template: str) -> list[str]:
    """The columns of a template's rows.

    Raises:
        TemplateUnusable: it can't be read.
    """
    return list(_compiled(template).header)


def rows(template: str, output: str) -> list[dict[str, str]]:
    """The rows of an output, each cell as it is written there.

    Raises:
        OutputUnreadable: the template finds a line that it has no rule for, or the output is too large.
        TemplateUnusable: the template can't be read.
    """
    if len(output) > LARGEST_OUTPUT:
        raise OutputUnreadable(f"an output of {len(output)} characters")
    text = "".join(f"{line[:LONGEST_LINE]}\n" for line in output.splitlines())
    machine = _compiled(template)
    machine.Reset()
    try:
        found = machine.ParseText(text)
    except textfsm.Error as error:
        raise OutputUnreadable(str(error)) from error
    return [{name: _text(cell) for name, cell in zip(machine.header, row, strict=True)} for row in found]


def _text(cell: object) -> str:
    return " ".join(map(str, cell)) if isinstance(cell, list) else str(cell).strip()


@lru_cache(maxsize=64)
def _compiled(template: str) -> "textfsm.TextFSM":
    try:
        return textfsm.TextFSM(io.StringIO(template if "\n" in template else _of_ntc(template)))
    except textfsm.Error as error:
        raise TemplateUnusable(f"not a TextFSM template: {error}") from error


def _of_ntc(name: str) -> str:
    if not name.replace("-", "_").isidentifier():
        raise TemplateUnusable(f"not the name of a template ({name!r})")
    try:
        return files("ntc_templates").joinpath("templates", f"{name}.textfsm").read_text("utf-8")
    except (OSError, ModuleNotFoundError) as error:
        raise TemplateUnusable(f"ntc-templates has no {name!r}") from error
