"""Before the service starts: stops the socket units that the file does not ask for, and notes who holds which port.

Runs as root, briefly.

The package's socket units listen on the usual ports at all addresses. Where the file asks for less, or for something
else, the unit is stopped, and the agent listens by itself. Run by `ExecStartPre=`; a file that can't be read changes
nothing.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from cmsp_agent.config.configuration import Listeners
from cmsp_agent.config.load import read_listeners
from cmsp_agent.config.site_path import DEFAULT_FILE
from cmsp_agent.model.errors import ConfigurationError, StorageError
from cmsp_agent.storage import files
from cmsp_agent.transports.listening import EVERYWHERE
from cmsp_agent.transports.port_holder import NOTE, holders

UNITS = {"traps": ("cmsp-agent-traps.socket", 162), "syslog": ("cmsp-agent-syslog.socket", 514)}
UNITS |= {"syslog_tcp": ("cmsp-agent-syslog-tcp.socket", 514), "syslog_tls": ("cmsp-agent-syslog-tls.socket", 6514)}
STOP_WITHIN = 20


def not_asked_for(listen: Listeners) -> dict[str, str]:
    """The socket units that listen where the file does not, each with what the file says instead."""
    found = {}
    for key, (unit, port) in UNITS.items():
        endpoints = getattr(listen, key)
        everywhere = {each.address for each in endpoints if each.port == port}
        if "" not in everywhere and not everywhere.issuperset(EVERYWHERE):
            found[unit] = f"listen.{key}: {', '.join(map(str, endpoints)) or 'off'}"
        elif key == "syslog_tls" and listen.tls is None:
            found[unit] = "nothing of listen.tls"
    return found


def stop(unit: str) -> None:
    """Stop a unit; what goes wrong is systemd's to say."""
    subprocess.run(("systemctl", "stop", unit), check=False, timeout=STOP_WITHIN)


def note_holders(runtime: str) -> None:
    """Note who holds which port, for the agent may not look into other users' processes. A start goes on without it.

    Args:
        runtime: the service's runtime directory; empty: there is none.
    """
    with suppress(StorageError):
        if runtime:
            files.write_atomically(Path(runtime, NOTE), holders().encode())


def main(arguments: Sequence[str], stop: Callable[[str], None] = stop) -> int:
    """Stop what is not asked for, and say why."""
    note_holders(os.environ.get("RUNTIME_DIRECTORY", ""))
    file = Path(arguments[0]) if arguments else DEFAULT_FILE
    try:
        listen = read_listeners(file)
    except ConfigurationError:
        return 0  # the agent itself says what is wrong with it
    for unit, says in not_asked_for(listen).items():
        print(f"{unit} is stopped: {file} says {says}")  # noqa: T201 - for the journal
        stop(unit)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
