"""The command line put together: groups, commands, global options. Turns errors into one message and an exit code."""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
import typer.core

from cmsp_agent import __version__
from cmsp_agent.cli import complete, discovery, doctor, enrol, events, serve, status
from cmsp_agent.cli.connections import SocketDaemon, daemon_at
from cmsp_agent.cli.daemon import Daemon
from cmsp_agent.cli.examples import shown_of
from cmsp_agent.cli.groups import GROUPS
from cmsp_agent.cli.on_appliance import refuse_from_afar
from cmsp_agent.cli.output import Output
from cmsp_agent.cli.session import CommandContext
from cmsp_agent.cli.usage_words import plain
from cmsp_agent.model.errors import AgentError, ConfigurationError

SOCKET = Path("/run/cmsp-agent/api.sock")

VERSION_HELP = "Print the version; with --verbose, also which modules are compiled."
LONGEST_SUMMARY = 200
_BRACES = re.compile(r"\{([A-Z][A-Z-]*)\}")
_TYPES = re.compile(r" <(?:str|path|int|float)>")
EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 refused, 4 unreachable."


def run(
    arguments: Sequence[str],
    output: Output | None = None,
    connect: Callable[[Path], Daemon] = SocketDaemon,
    keyboard: TextIO | None = None,
) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name.
        output: Where to print to; None: the terminal.
        connect: How the agent behind a socket is reached.
        keyboard: Where a secret is read from; None: standard input.

    Returns:
        0 done, 1 failed, 2 usage or configuration, 3 refused, 4 unreachable.
    """
    printer = output or Output()
    try:
        application(printer, connect, keyboard or sys.stdin)(list(arguments), prog_name="cmsp-agent")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    except ConfigurationError as error:
        printer.complain(str(error))
        count = len(error.problems)
        printer.complain(f"cmsp-agent: {count} problem{'s' if count > 1 else ''} in the configuration")
        return error.exit_code
    except AgentError as error:
        printer.complain(f"cmsp-agent: {error}")
        return error.exit_code
    return 0


def application(
    output: Output, connect: Callable[[Path], Daemon] = SocketDaemon, keyboard: TextIO = sys.stdin
) -> typer.Typer:
    """All commands."""
    app = _group("The CMSP appliance agent: run it, look at it, ask it.", EXIT_CODES)

    @app.callback()
    def options(
        context: typer.Context,
        socket: Annotated[
            Path, typer.Option("--socket", metavar="FILE", envvar="CMSP_AGENT_SOCKET", help="The agent's socket.")
        ] = SOCKET,
        url: Annotated[
            str, typer.Option("--url", metavar="URL", envvar="CMSP_AGENT_URL", help="An agent elsewhere, by https.")
        ] = "",
        cert: Annotated[
            Path | None, typer.Option("--cert", metavar="FILE", envvar="CMSP_AGENT_CERT", help="Your certificate.")
        ] = None,
        key: Annotated[
            Path | None,
            typer.Option(
                "--key", metavar="FILE", envvar="CMSP_AGENT_KEY", help="Its private key; default: in FILE of --cert."
            ),
        ] = None,
        ca: Annotated[
            Path | None,
            typer.Option("--ca", metavar="FILE", envvar="CMSP_AGENT_CA", help="The CA of the agent's certificate."),
        ] = None,
        version: Annotated[
            bool, typer.Option("--version", "-V", help=VERSION_HELP, is_eager=True, callback=_version)
        ] = False,
    ) -> None:
        del version
        daemon = daemon_at(url, cert, key, ca) if url else connect(socket)
        context.obj = CommandContext(daemon, output, keyboard)

    app.command("run", cls=PlainCommand)(serve.run)
    app.command("status", cls=PlainCommand, epilog=shown_of("status"))(status.status)
    app.command("discover", cls=PlainCommand)(discovery.discover)
    app.command("doctor", cls=PlainCommand, epilog=shown_of("doctor"))(doctor.doctor)
    app.command("evidence", cls=PlainCommand, epilog=shown_of("evidence"))(doctor.evidence)
    app.command("enrol", cls=PlainCommand, epilog=shown_of("enrol"))(enrol.enrol)
    app.command("support-bundle", cls=PlainCommand, epilog=shown_of("support-bundle"))(doctor.support_bundle)
    app.command("events", cls=PlainCommand, epilog=shown_of("events"))(events.events)
    app.command("complete", cls=PlainCommand, hidden=True)(complete.complete)
    for name, (help_text, commands) in GROUPS.items():
        group = _group(help_text)
        for verb, function in commands.items():
            group.command(verb, cls=PlainCommand, epilog=shown_of(f"{name} {verb}"))(function)
        app.add_typer(group, name=name)
    return app


class PlainCommand(typer.core.TyperCommand):
    """A command whose help names its arguments without the types of a programming language."""

    def get_help(self, ctx: Any) -> str:
        """The help, in the same columns."""
        text = _BRACES.sub(r"\1", super().get_help(ctx))
        return _TYPES.sub(lambda found: " " * len(found[0]), text)

    def get_usage(self, ctx: Any) -> str:
        """The line that says what may be given."""
        return _BRACES.sub(r"\1", super().get_usage(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was given; what is wrong with it is said in plain words."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = plain(error.message, error.__cause__)
            raise

    def invoke(self, ctx: Any) -> Any:
        """Carry it out, on the machine that was meant."""
        root = ctx.find_root()
        refuse_from_afar(ctx.command_path.removeprefix(root.command_path).strip(), root.params["url"])
        return super().invoke(ctx)


class WholeSummaries(typer.core.TyperGroup):
    """A group whose help shows the whole first sentence of each command, on as many lines as it takes."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what the commands do."""
        known = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, each.get_short_help_str(LONGEST_SUMMARY)) for name, each in known if each and not each.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _group(help_text: str, ending: str = "") -> typer.Typer:
    return typer.Typer(
        cls=WholeSummaries,
        help=help_text,
        epilog=ending or None,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def _version(wanted: bool) -> None:
    if wanted:
        print(f"cmsp-agent {__version__}")
        raise typer.Exit
