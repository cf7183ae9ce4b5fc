"""The command line put together: groups, commands, global options. Turns errors into one message and an exit code."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TextIO

import typer

from cmsp_agent import __version__
from cmsp_agent.cli import (
    alarms,
    audit,
    backup_checks,
    backup_history,
    backup_keys,
    backup_transfer,
    backups,
    complete,
    component_setup,
    component_test,
    components,
    configuration,
    diagnostics,
    doctor,
    enrol,
    events,
    hostkeys,
    incidents,
    jobs,
    kpis,
    outbox,
    recovery,
    restores,
    revisions,
    rules,
    secrets,
    serve,
    silences,
    status,
    thresholds,
)
from cmsp_agent.cli.connections import SocketDaemon, daemon_at
from cmsp_agent.cli.daemon import Daemon
from cmsp_agent.cli.output import Output
from cmsp_agent.cli.plugin import running, types, writing
from cmsp_agent.cli.session import CommandContext
from cmsp_agent.cli.tool import configurations, identify, syslog, trap
from cmsp_agent.model.errors import AgentError, ConfigurationError

SOCKET = Path("/run/cmsp-agent/api.sock")

VERSION_HELP = "Print the version; with --verbose, also which modules are compiled."
EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 refused, 4 unreachable."

_Commands = dict[str, Callable[..., None]]
_GROUPS: dict[str, tuple[str, _Commands]] = {
    "component": (
        "Components: list, show, KPIs, poll now, set up, test, SSH host keys.",
        {
            "list": components.component_list,
            "show": components.component_show,
            "kpis": components.component_kpis,
            "poll": components.component_poll,
            "setup": component_setup.component_setup,
            "test": component_test.component_test,
            "host-key": hostkeys.host_key,
        },
    ),
    "incident": (
        "Incidents: list, show, acknowledge, note, report, resolve, close.",
        {
            "list": incidents.incident_list,
            "show": incidents.incident_show,
            "acknowledge": incidents.incident_acknowledge,
            "note": incidents.incident_note,
            "close": incidents.incident_close,
            "report": incidents.incident_report,
            "resolve": incidents.incident_resolve,
        },
    ),
    "backup": (
        "Configuration backups: list, show, diff, search, verify, accept, run now, recover, and whose they are.",
        {
            "list": backups.backup_list,
            "show": backups.backup_show,
            "diff": backup_history.backup_diff,
            "changes": backup_history.backup_changes,
            "plan": backup_history.backup_plan,
            "export": backup_transfer.backup_export,
            "import": backup_transfer.backup_import,
            "run": backups.backup_run,
            "restore": restores.backup_restore,
            "accept": backup_checks.backup_accept,
            "grep": backup_checks.backup_grep,
            "known-good": backup_checks.backup_known_good,
            "recover": recovery.backup_recover,
            "restore-key": recovery.backup_restore_key,
            "new-set": recovery.backup_new_set,
            "recovery-key": backup_keys.backup_recovery_key,
            "rotate-key": backup_keys.backup_rotate_key,
            "verify": backup_checks.backup_verify,
        },
    ),
    "job": ("Jobs: list, show, cancel.", {"list": jobs.job_list, "show": jobs.job_show, "cancel": jobs.job_cancel}),
    "kpi": ("KPIs over time: graph.", {"graph": kpis.kpi_graph}),
    "config": (
        "The configuration file: check, schema, show; apply, confirm, history, diff.",
        {
            "apply": revisions.config_apply,
            "check": configuration.config_check,
            "confirm": revisions.config_confirm,
            "diff": revisions.config_diff,
            "history": revisions.config_history,
            "schema": configuration.config_schema,
            "show": configuration.config_show,
        },
    ),
    "diagnose": (
        "Look at a component from afar: ping, traceroute, TCP, SIP, SNMP, read-only commands.",
        {
            "ping": diagnostics.diagnose_ping,
            "traceroute": diagnostics.diagnose_traceroute,
            "tcp": diagnostics.diagnose_tcp,
            "sip": diagnostics.diagnose_sip,
            "get": diagnostics.diagnose_get,
            "walk": diagnostics.diagnose_walk,
            "command": diagnostics.diagnose_command,
        },
    ),
    "alarm": ("Alarms: list, acknowledge, suppress, clear.", alarms.COMMANDS),
    "silence": (
        "Silences: add, list, end.",
        {"add": silences.silence_add, "list": silences.silence_list, "end": silences.silence_end},
    ),
    "maintenance": (
        "Maintenance windows from now on: start, list, end.",
        {
            "start": silences.maintenance_start,
            "list": silences.maintenance_list,
            "end": silences.silence_end,
        },
    ),
    "rules": (
        "Rules: check, test, replay, explain.",
        {
            "check": rules.rules_check,
            "test": rules.rules_test,
            "replay": rules.rules_replay,
            "explain": rules.rules_explain,
        },
    ),
    "plugin": (
        "Plugins: list, take out of quarantine; write, check and test one.",
        {
            "list": running.plugin_list,
            "show": writing.plugin_show,
            "new": writing.plugin_new,
            "check": writing.plugin_check,
            "test": writing.plugin_test,
            "traps": writing.plugin_traps,
            "clear": running.plugin_clear,
        },
    ),
    "outbox": (
        "What waits for the head-end: list, show, retry, drop, check, repair.",
        {
            "list": outbox.outbox_list,
            "show": outbox.outbox_show,
            "retry": outbox.outbox_retry,
            "drop": outbox.outbox_drop,
            "check": outbox.outbox_check,
            "repair": outbox.outbox_repair,
        },
    ),
    "audit": ("The audit log: verify.", {"verify": audit.audit_verify}),
    "clock": ("The appliance's clock: confirm.", {"confirm": outbox.clock_confirm}),
    "tool": (
        "What the agent makes of an input or of a device; needs no running agent.",
        {
            "clean": configurations.tool_clean,
            "identify": identify.tool_identify,
            "redact": configurations.tool_redact,
            "syslog": syslog.tool_syslog,
            "trap": trap.tool_trap,
        },
    ),
    "threshold": ("Thresholds of KPIs: list.", {"list": thresholds.threshold_list}),
    "type": ("Device types: list, show.", {"list": types.type_list, "show": types.type_show}),
    "secret": (
        "Secrets: set, list, delete.",
        {"set": secrets.secret_set, "list": secrets.secret_list, "delete": secrets.secret_delete},
    ),
}


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
    except BrokenPipeError:
        # Whoever read us has seen enough; the interpreter must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
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
            typer.Option("--key", metavar="FILE", envvar="CMSP_AGENT_KEY", help="Its key; default: in its file."),
        ] = None,
        ca: Annotated[
            Path | None, typer.Option("--ca", metavar="FILE", envvar="CMSP_AGENT_CA", help="The agent's authority.")
        ] = None,
        version: Annotated[
            bool, typer.Option("--version", "-V", help=VERSION_HELP, is_eager=True, callback=_version)
        ] = False,
    ) -> None:
        del version
        daemon = daemon_at(url, cert, key, ca) if url else connect(socket)
        context.obj = CommandContext(daemon, output, keyboard)

    app.command("run")(serve.run)
    app.command("status")(status.status)
    app.command("doctor")(doctor.doctor)
    app.command("enrol")(enrol.enrol)
    app.command("support-bundle")(doctor.support_bundle)
    app.command("events")(events.events)
    app.command("complete", hidden=True)(complete.complete)
    for name, (help_text, commands) in _GROUPS.items():
        group = _group(help_text)
        for verb, function in commands.items():
            group.command(verb)(function)
        app.add_typer(group, name=name)
    return app


def _group(help_text: str, ending: str = "") -> typer.Typer:
    return typer.Typer(
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
