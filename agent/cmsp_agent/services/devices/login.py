"""Where the command line of a component is, and the login for it."""

from cmsp_agent.model.component import Component
from cmsp_agent.model.credentials import SshCredential
from cmsp_agent.transports.ssh import CliTarget


def command_line_of(component: Component, credential: SshCredential, driver: str, source: str = "") -> CliTarget:
    """The component's SSH service.

    Args:
        component: as the file has it.
        credential: its login.
        driver: the dialect of its device type.
        source: the address to connect from; empty: the kernel chooses.
    """
    return CliTarget(
        component.address,
        credential,
        port=component.ssh.port,
        platform=driver,
        legacy=component.ssh.legacy,
        login_timeout=component.ssh.login_timeout,
        silence=component.ssh.silence,
        source=source or None,
        name=component.name,
    )
