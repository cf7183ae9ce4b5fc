"""The reasons for which a start refuses a valid file. `config check` uses them too, so that both agree."""

from collections.abc import Callable

from cmsp_agent.api.start import check_api_certificates
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.services.backups.start import check_recovery
from cmsp_agent.services.events.making import check_rules
from cmsp_agent.services.receiving.start import check_certificates
from cmsp_agent.services.receiving.users import check_users

Refusal = Callable[[Configuration], None]
"""A domain's own look at what it is given; raises ConfigurationError."""
ANYWHERE: tuple[Refusal, ...] = (check_rules, check_users)
ON_THE_APPLIANCE: tuple[Refusal, ...] = (check_api_certificates, check_certificates, check_recovery)
"""These read files that are of the appliance."""


def refusals(configuration: Configuration, *, here: bool = True) -> list[Problem]:
    """All that keeps the agent from starting with a configuration, or from going over to it at a reload.

    Args:
        configuration: to be used.
        here: whether the files that it names are of this machine.
    """
    problems: list[Problem] = []
    for check in (*ANYWHERE, *(ON_THE_APPLIANCE if here else ())):
        try:
            check(configuration)
        except ConfigurationError as error:
            problems += error.problems
    file = str(configuration.file)
    return [each if each.file else Problem(file, 0, each.path, each.text) for each in problems]
