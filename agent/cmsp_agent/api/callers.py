"""The caller of a request, by what its connection proved, and the role that a call takes."""

from collections.abc import Callable

from fastapi import Depends, Request

from cmsp_agent.api.parts import Parts
from cmsp_agent.api.roles import Caller, ProvenPeer, Role, identify

NOBODY = ProvenPeer()


def parts_of(request: Request) -> Parts:
    """The services behind this application."""
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


def caller_of(request: Request) -> Caller:
    """Who calls.

    Raises:
        Refused: nobody whom the configuration gives a role.
    """
    peer = getattr(request.state, "peer", NOBODY)
    return identify(peer, parts_of(request).roles())


def at_least(role: Role) -> Callable[[Request], Caller]:
    """A dependency: the caller, who has this role or a higher one."""

    def dependency(request: Request) -> Caller:
        caller = caller_of(request)
        caller.require(role)
        return caller

    return dependency


READING = [Depends(at_least(Role.OBSERVER))]
"""For a route that shows something to everybody who has a role."""
