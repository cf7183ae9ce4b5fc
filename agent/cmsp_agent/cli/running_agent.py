"""What the agent that runs with a file says of its configuration: for `config check` and `config show`."""

from pathlib import Path
from typing import Any

from cmsp_agent.cli.connections import SocketDaemon
from cmsp_agent.cli.daemon import AgentUnreachable
from cmsp_agent.config.load import read_api_socket
from cmsp_agent.model.errors import AgentError, ConfigurationError
from cmsp_agent.preflight.checking import RunningAgent

WITHIN = 5.0


def running_configuration(file: Path) -> dict[str, Any] | None:
    """The configuration in force; empty where the agent runs and can't be asked, None where none runs."""
    try:
        document = SocketDaemon(read_api_socket(file), WITHIN).get("/v1/config")
    except (AgentUnreachable, ConfigurationError):
        return None
    except AgentError:
        return {}
    return document if isinstance(document, dict) else {}


def running_agent(file: Path) -> RunningAgent | None:
    """The agent that runs with the file's socket, or None."""
    document = running_configuration(file)
    if document is None:
        return None
    return RunningAgent(document.get("missing_types") or (), document.get("standing"))
