"""The reasons for which a start refuses a valid file. `config check` uses them too, so that both agree."""

from cmsp_agent.api.tls import server_context
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.pipeline.rules.load import load_rules, rule_files
from cmsp_agent.services.receiving.start import syslog_tls
from cmsp_agent.services.receiving.users import users_of
from cmsp_agent.storage.sealed.master_key import check_recovery_key
from cmsp_agent.transports.tls_server import ServerCertificates


def refusals(configuration: Configuration, *, here: bool = True) -> list[Problem]:
    """All that keeps the agent from starting with a configuration, or from going over to it at a reload.

    Args:
        configuration: to be used.
        here: whether the files that it names are of this machine.
    """
    problems: list[Problem] = []
    for check in (_rules, _users, *((_api, _syslog_tls, _recovery_key) if here else ())):
        try:
            check(configuration)
        except ConfigurationError as error:
            problems += error.problems
    file = str(configuration.file)
    return [each if each.file else Problem(file, 0, each.path, each.text) for each in problems]


def _rules(configuration: Configuration) -> None:
    load_rules(rule_files(configuration.rules, configuration.file.parent))


def _users(configuration: Configuration) -> None:
    for _ in users_of(configuration.components.values()):
        pass


def _api(configuration: Configuration) -> None:
    tls = configuration.api.tls
    if configuration.api.listen is not None and tls is not None:
        server_context(ServerCertificates(tls.certificate, tls.key, tls.ca))


def _syslog_tls(configuration: Configuration) -> None:
    syslog_tls(configuration.listen)


def _recovery_key(configuration: Configuration) -> None:
    if configuration.appliance.recovery_key is not None:
        check_recovery_key(configuration.appliance.recovery_key)
