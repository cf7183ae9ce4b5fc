"""The caller of a request, by what its connection proved, and the role that a call takes."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import Depends, Request

from cmsp_agent.api.roles import Caller, ProvenPeer, Role, identify
from cmsp_agent.api.services import ApiServices
from cmsp_agent.model.errors import Refused
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident

NOBODY = ProvenPeer()
Shown = TypeVar("Shown")


def services_of(request: Request) -> ApiServices:
    """The services behind this application."""
    services = request.app.state.services
    assert isinstance(services, ApiServices)
    return services


def caller_of(request: Request) -> Caller:
    """Who calls.

    Raises:
        Refused: nobody whom the configuration gives a role.
    """
    peer = getattr(request.state, "peer", NOBODY)
    services = services_of(request)
    access = services.configuration
    return identify(peer, access.roles(), access.revoked(), services.clock.now() / 1000)


def is_somebody(request: Request) -> bool:
    """Whether the caller of a stream still has a role: its certificate may be revoked meanwhile."""
    try:
        caller_of(request)
    except Refused:
        return False
    return True


def at_least(role: Role) -> Callable[[Request], Caller]:
    """A dependency: the caller, who has this role or a higher one."""

    def dependency(request: Request) -> Caller:
        caller = caller_of(request)
        caller.require(role)
        return caller

    return dependency


def shown_to(caller: Caller, services: ApiServices) -> Callable[[Event], Event]:
    """What a caller sees of an event: personal data is masked in what leaves the site, unless the order permits it."""
    return _as_it_is if caller.local else services.events.masked.outward


def incident_shown_to(caller: Caller, services: ApiServices) -> Callable[[Incident], Incident]:
    """What a caller sees of an incident, likewise."""
    return _as_it_is if caller.local else services.events.masked.outward_incident


def _as_it_is(shown: Shown) -> Shown:
    return shown


READING = [Depends(at_least(Role.OBSERVER))]
"""For a route that shows something to everybody who has a role."""
