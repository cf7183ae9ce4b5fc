"""The page on the command line."""

from docs.tools.commands import PROGRAM, Command, Parameter, tree
from docs.tools.markdown import cell, code, page, table

SOURCE = "agent/cmsp_agent/cli"
EXIT_CODES = (
    ("0", "done"),
    ("1", "failed"),
    ("2", "wrong usage, a name that there is not, or a configuration that can't be used"),
    ("3", "refused: tier, order or role"),
    ("4", "unreachable: the device, the head-end or the running agent"),
)


def _usage(command: Command) -> str:
    words = [PROGRAM, *command.path]
    words += [argument.names[0] if argument.required else f"[{argument.names[0]}]" for argument in command.arguments]
    return " ".join([*words, *(["[OPTIONS]"] if command.options else [])])


def _row(parameter: Parameter) -> tuple[str, str, str]:
    names = ", ".join(
        code(f"{name} {parameter.kind}".strip() if name.startswith("--") else name) for name in parameter.names
    )
    return names, "required" if parameter.required else code(parameter.default), cell(parameter.help)


def _section(command: Command) -> str:
    rows = [_row(parameter) for parameter in command.parameters]
    parts = [f"## {' '.join((PROGRAM, *command.path))}", command.help]
    if not command.children:
        parts.append(f"```\n{_usage(command)}\n```")
    if rows:
        parts.append(table(("option or argument", "default", "meaning"), rows))
    return "\n\n".join(part.strip() for part in parts if part)


def render() -> str:
    """The page, from the application."""
    codes = "## Exit codes\n\n" + table(("code", "meaning"), EXIT_CODES)
    introduction = "Commands speak to the running agent over its local socket. Every command that reads takes `--json`."
    return page("Command line", SOURCE, introduction, codes, *(_section(command) for command in tree().walk()))
