"""Who calls, and what the role permits. `peers` finds the identity."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cmsp_agent.model.errors import Refused


class Role(StrEnum):
    """What a caller may do; each role includes those before it."""

    OBSERVER = "observer"
    OPERATOR = "operator"
    ENGINEER = "engineer"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class ProvenPeer:
    """Who is at the other end of a connection, as the transport proved it."""

    identities: tuple[str, ...] = ()
    """URIs in the client certificate's subjectAltName; empty on the local socket."""
    local: str = ""
    """The user on this machine, where the local socket's credentials entitle it; else empty."""
    source: str = ""
    """Address and port, or `local`."""
    serial: str = ""
    """The client certificate's serial number, as the configuration lists revoked ones."""
    until: float = 0.0
    """When the certificate is over, seconds since the epoch; 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A peer with the role that the configuration gives it."""

    name: str
    role: Role
    source: str
    local: bool = False
    """On this machine: what it is shown does not leave the site."""

    def require(self, role: Role) -> None:
        """Let pass or refuse.

        Raises:
            Refused: the role is not enough.
        """
        if not self.role.includes(role):
            raise Refused(f"{self.name} has the role {self.role}; this takes {role} (source: role)")


def identify(peer: ProvenPeer, roles: Mapping[str, str], revoked: Collection[str] = (), now: float = 0.0) -> Caller:
    """The caller behind a peer. Asked at each call: a connection may outlive what opened it.

    Args:
        peer: what the transport proved.
        roles: certificate URI → role, from the configuration.
        revoked: serial numbers of certificates that are not accepted any more, from the configuration.
        now: seconds since the epoch.

    Raises:
        Refused: a proven identity that the configuration gives no role, or whose certificate is revoked or over.
    """
    if peer.local:
        return Caller(peer.local, Role.ADMIN, peer.source, local=True)
    if peer.serial and peer.serial in revoked:
        raise Refused(f"the certificate {peer.serial} is revoked (source: api.revoked)")
    if peer.until and now > peer.until:
        raise Refused("the certificate is over since the connection was made (source: certificate)")
    known = [(Role(roles[uri]), uri) for uri in peer.identities if uri in roles]
    if not known:
        shown = ", ".join(peer.identities[:3]) or "a certificate without a URI"
        raise Refused(f"{shown} has no role here (source: role)")
    role, name = max(known, key=lambda pair: list(Role).index(pair[0]))
    return Caller(name, role, peer.source)
