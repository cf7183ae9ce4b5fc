"""The SNMPv3 users whose traps and informs are read."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.component import Component
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.errors import ConfigurationError, Problem, SecretUnusable
from cmsp_agent.transports.snmp.users import UsmUser, user_from


def users_of(components: Iterable[Component]) -> Iterator[UsmUser]:
    """Each SNMPv3 user once; one whose secrets are lost sends nothing that can be read.

    Raises:
        ConfigurationError: a credential can't be used; the text names the component.
    """
    seen: set[SnmpCredential] = set()
    for component in components:
        credential = component.credentials.snmp
        if credential is not None and credential.version == "3" and credential not in seen:
            seen.add(credential)
            with suppress(SecretUnusable):
                yield _user(component.name, credential)


def _user(component: str, credential: SnmpCredential) -> UsmUser:
    try:
        return user_from(credential)
    except ValueError as error:
        raise ConfigurationError([Problem("", 0, f"components.{component}.credentials", str(error))]) from error


def check_users(configuration: Configuration) -> None:
    """Compare the SNMPv3 users of the components.

    Raises:
        ConfigurationError: a credential can't be used.
    """
    for _ in users_of(configuration.components.values()):
        pass
