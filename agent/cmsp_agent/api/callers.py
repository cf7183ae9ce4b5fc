"""The caller of a request, by what its connection proved, and the role that a call takes."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from fastapi import Depends, Request

from cmsp_agent.api.roles import Caller, ProvenPeer, Role, identify
from cmsp_agent.api.services import ApiServices
from cmsp_agent.model.errors import Refused
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident

TOGETHER = 200
"""Lines of a text that are masked at once: some milliseconds."""
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


def text_shown_to(caller: Caller, services: ApiServices, component: str = "") -> Callable[[str], str]:
    """What a caller sees of what a component printed, or a person wrote, likewise."""
    return _as_it_is if caller.local else partial(services.events.masked.outward_text, component)


def configuration_shown_to(caller: Caller, services: ApiServices, component: str) -> Callable[[str], str]:
    """What a caller sees of a component's configuration, likewise; an engineer sees all of it."""
    return _as_it_is if caller.role.includes(Role.ENGINEER) else text_shown_to(caller, services, component)


async def each_line_shown(text: str, shown: Callable[[str], str]) -> str:
    """A long text as a caller sees it; others have their turn meanwhile."""
    lines, parts = text.split("\n"), []
    for first in range(0, len(lines), TOGETHER):
        parts.append(shown("\n".join(lines[first : first + TOGETHER])))
        await asyncio.sleep(0)
    return "\n".join(parts)


def _as_it_is(shown: Shown) -> Shown:
    return shown


READING = [Depends(at_least(Role.OBSERVER))]
"""For a route that shows something to everybody who has a role."""
