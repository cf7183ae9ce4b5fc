"""Enrolment put together from the file: where the identity lies, and which networks are the site's."""

from collections.abc import Iterator
from pathlib import Path

from cmsp_agent.aio.clock import Clock
from cmsp_agent.config.load import configure, read_appliance, read_document
from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.preflight.checking import Placeholder
from cmsp_agent.services.devices.host_names import is_literal
from cmsp_agent.services.link.enrolment import Enrolment
from cmsp_agent.services.runtime import make_directory
from cmsp_agent.storage.identity import IdentityFiles
from cmsp_agent.storage.revisions import RevisionFiles
from cmsp_agent.transports.routes import routes

OWN_LINK = "cmsp0"


def enrolment_for(file: Path, clock: Clock) -> Enrolment:
    """The enrolment of the appliance that this file is for.

    Raises:
        ConfigurationError: the file can't be read.
        StorageError: the state directory can't be made.
    """
    state = read_appliance(file).state
    make_directory(state)
    return Enrolment(IdentityFiles(state), RevisionFiles(file.parent).note, clock.now, site_networks(file))


def site_networks(file: Path) -> list[str]:
    """Networks and addresses of the site: of the components, and those that this machine is connected to."""
    return [*_components(file), *_connected()]


def _components(file: Path) -> Iterator[str]:
    try:
        configuration = configure(read_document(file), Placeholder())
    except ConfigurationError:  # what is wrong with it, `config check` says; enrolment comes first
        return
    for component in configuration.components.values():
        yield from (address for address in component.addresses if is_literal(address))


def _connected() -> Iterator[str]:
    for route in routes():
        if route.interface != OWN_LINK and route.network.prefixlen and not route.network.is_loopback:
            yield str(route.network)
