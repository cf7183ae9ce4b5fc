"""The reasons for which a start refuses a valid file. `config check` uses them too, so that both agree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cmsp_agent.api.start import check_api_certificates
from cmsp_agent.config.configuration import Configuration, Note
from cmsp_agent.config.tree import Node, line_of
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.services.backups.start import check_recovery
from cmsp_agent.services.events.build_pipeline import check_rules
from cmsp_agent.services.link.start import check_headend_files
from cmsp_agent.services.receiving.start import check_certificates
from cmsp_agent.services.receiving.users import check_users
from cmsp_agent.services.tunnel.devices import check_device_access

DomainCheck = Callable[[Configuration], Sequence[Note] | None]
"""A domain's own look at what it is given: returns what a person should know, raises ConfigurationError."""
ANYWHERE: tuple[DomainCheck, ...] = (check_rules, check_users, check_device_access)
ON_THE_APPLIANCE: tuple[DomainCheck, ...] = (check_api_certificates, check_certificates, check_recovery)
"""These read files that are of the appliance."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """What keeps the agent from going by a configuration, and what a person should know all the same."""

    problems: Sequence[Problem]
    notes: Sequence[Note]


def preflight(configuration: Configuration, tree: Node, *, here: bool = True, has_run: bool = False) -> Preflight:
    """Let each domain look at a configuration, for a start or a reload.

    Args:
        configuration: to be used.
        tree: its file, for the lines.
        here: whether the files that it names are of this machine.
        has_run: the agent has run here before: without its way to the head-end it watches the site all the same.
    """
    problems: list[Problem] = []
    notes: list[Note] = []
    at_first = (check_headend_files,) if here and not has_run else ()
    for check in (*ANYWHERE, *(ON_THE_APPLIANCE if here else ()), *at_first):
        try:
            notes += check(configuration) or ()
        except ConfigurationError as error:
            problems += error.problems
    file = str(configuration.file)
    placed = [each if each.file else Problem(file, _line(tree, each.path), each.path, each.text) for each in problems]
    return Preflight(placed, notes)


def _line(tree: Node, path: str) -> int:
    return line_of(tree, tuple(path.split(".")))
