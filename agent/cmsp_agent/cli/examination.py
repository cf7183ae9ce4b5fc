"""What `cmsp-agent doctor` sees of this machine without asking the agent: the file, and what its service needs."""

import grp
from collections.abc import Iterator
from pathlib import Path

from cmsp_agent.cli.running_agent import running_agent
from cmsp_agent.cli.site_file import brought, secrets_of
from cmsp_agent.config.secrets import Secrets
from cmsp_agent.model.errors import AgentError, ConfigurationError
from cmsp_agent.preflight.checking import RunningAgent, check_file, this_is_the_appliance
from cmsp_agent.preflight.service_user import PACKAGE_USER

PING_GROUPS = Path("/proc/sys/net/ipv4/ping_group_range")
PING_REMEDY = "as root: sysctl --system; the package sets net.ipv4.ping_group_range"
FindingRow = dict[str, str]


def findings(file: Path) -> list[FindingRow]:
    """Every problem of the file and of the machine, each with what to do."""
    return [{"what": what, "remedy": remedy} for what, remedy in (*_of_the_file(file), *_of_ping())]


def _of_the_file(file: Path) -> Iterator[tuple[str, str]]:
    running = None
    try:
        running = running_agent(file)
        here = this_is_the_appliance(file)
        secrets = secrets_of(file) if here else Secrets(())
        check_file(file, secrets, brought(), running, here=here)
    except ConfigurationError as error:
        for problem in error.problems:
            yield str(problem), _remedy(file, running)
    except AgentError as error:
        closed = isinstance(error.__cause__, PermissionError)
        yield str(error), "run this as root or as a member of cmsp-agent" if closed else _remedy(file, running)


def _remedy(file: Path, running: RunningAgent | None) -> str:
    verb = "start" if running is None else "reload"
    return f"correct it, then: cmsp-agent config check {file} && systemctl {verb} cmsp-agent"


def _of_ping(groups: Path = PING_GROUPS, name: str = PACKAGE_USER) -> Iterator[tuple[str, str]]:
    """Whether the service may send ICMP echoes; without, no device is *up* by ICMP."""
    try:
        lowest, highest = (int(word) for word in groups.read_text().split())
        if not lowest <= grp.getgrnam(name).gr_gid <= highest:
            yield f"the group {name} may not send ICMP echoes ({groups} is {lowest} {highest})", PING_REMEDY
    except (KeyError, OSError, ValueError):  # not installed as a package here, or another kernel
        return
