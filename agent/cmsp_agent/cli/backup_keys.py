"""`cmsp-agent backup rotate-key|recovery-key`: the keys that open the backups. Both need no running agent."""

from pathlib import Path
from typing import Annotated

import typer

from cmsp_agent.cli.recovery import RecoveryFailed
from cmsp_agent.cli.session import Config, session
from cmsp_agent.config.site_path import DEFAULT_FILE

Public = Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the public half, PEM.")]


def backup_rotate_key(context: typer.Context, config: Config = DEFAULT_FILE) -> None:
    """Replace the master key while the agent is stopped. What the old one opened, the new one opens."""
    from cmsp_agent.aio.clock import SystemClock
    from cmsp_agent.cli.running_agent import running_configuration
    from cmsp_agent.cli.sources import settings
    from cmsp_agent.services.audit_beside import audited
    from cmsp_agent.services.backups.rotation import rotate

    if config.exists() and running_configuration(config) is not None:
        raise RecoveryFailed("the agent runs with the key that is to be replaced; first: systemctl stop cmsp-agent")
    output, appliance = session(context).output, settings(config)
    with audited(appliance.state, SystemClock(), "backup rotate-key", str(appliance.backups)) as doing:
        done = rotate(appliance.state, appliance.backups, appliance.recovery_key)
        renewed = f"{done.contents} contents of {done.components} components and {done.secrets} secrets have a new key"
        doing.detail = f"{renewed}; {len(done.damaged)} could not be read"
    output.line(renewed)
    if appliance.recovery_key is None:
        output.line("no recovery key is set: without this machine nothing opens; see: cmsp-agent backup recovery-key")
    output.line("then: systemctl start cmsp-agent")
    if done.damaged:
        raise RecoveryFailed("could not be read, and were left: " + "; ".join(done.damaged))


def backup_recovery_key(context: typer.Context, public: Public) -> None:
    """Make a recovery key: the public half goes to a file, the private half is shown once and kept nowhere."""
    from cmsp_agent.storage import files
    from cmsp_agent.storage.sealed.sealing import recovery_pair

    if public.exists():
        raise RecoveryFailed(f"{public} is there already; backups may need it")
    private, shown = recovery_pair()
    files.write_atomically(public, shown, 0o644)
    output = session(context).output
    output.line(private.decode().rstrip("\n"))
    output.line(
        "This is shown once. Keep it where the appliance is not: with it, and with the backups, everything opens."
    )
    output.line(f"Then, in the file: appliance: {{storage: {{recovery_key: {public.absolute()}}}}}")
