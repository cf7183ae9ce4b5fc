"""Where a gateway tells of calls: parts of `plugin.api`, which is where plugins import them from."""

from dataclasses import dataclass, field

from cmsp_agent.plugin.source_line import written_here


@dataclass(frozen=True, slots=True)
class CallMessage:
    """A syslog message about a call.

    Groups of the pattern, all but `number` optional: `number` (the other end's), `port`, `seconds` (how long it was
    connected), `cause` (Q.850, in hexadecimal), `origin` (1: outgoing), `call` (what its legs have in common).
    Without `origin` it is an outgoing leg.
    """

    mnemonic: str
    pattern: str
    over: bool = True
    """The call is over; False: it has just been connected."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CallHistory:
    """A table of calls that are over, in the form of DIAL-CONTROL-MIB; its times are of sysUpTime."""

    there: str
    """An instance that devices with such a table answer, though it is empty: callHistoryTableMaxLength."""
    number: str
    """callHistoryPeerAddress."""
    peer: str
    """callHistoryPeerId: the dial-peer."""
    interface: str
    """callHistoryLogicalIfIndex."""
    cause: str
    """callHistoryDisconnectCause."""
    text: str
    """callHistoryDisconnectText, which ends with the cause in brackets: `user busy (17)`."""
    connected: str
    """callHistoryConnectTime; 0: it never was."""
    ended: str
    """callHistoryDisconnectTime."""
    origin: str
    """callHistoryCallOrigin: originate(1), answer(2), callback(3)."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Everything that is read."""
        return (
            *(self.number, self.peer, self.interface, self.cause),
            *(self.text, self.connected, self.ended, self.origin),
        )
