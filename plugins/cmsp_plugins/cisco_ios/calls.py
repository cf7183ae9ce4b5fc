"""Where a Cisco gateway tells of calls: CISCO-DIAL-CONTROL-MIB, DIAL-CONTROL-MIB, and messages. Data only.

`VOIPAAA-5-VOIP_CALL_HISTORY` is logged with `gw-accounting syslog`; the messages of ISDN are logged by themselves.
"""

from cmsp_agent.plugin.api import CallHistory, CallMessage

_CISCO = "1.3.6.1.4.1.9.10.25.1.4.3.1"
_LENGTH = "1.3.6.1.2.1.10.21.1.4.1.0"
_STANDARD = "1.3.6.1.2.1.10.21.1.4.3.1"


def _table(row: str, *columns: int) -> CallHistory:
    return CallHistory(_LENGTH, *(f"{row}.{column}" for column in columns))


HISTORIES = (_table(_CISCO, 3, 5, 7, 8, 9, 10, 11, 12), _table(_STANDARD, 1, 3, 5, 6, 7, 8, 9, 10))

MESSAGES = (
    CallMessage(
        "ISDN-6-CONNECT", r"^Interface (?P<port>\S+) is now connected to (?P<number>[+\d*#]+)(?:\s|$)", over=False
    ),
    CallMessage(
        "ISDN-6-DISCONNECT",
        r"^Interface (?P<port>\S+)\s+disconnected from (?P<number>[+\d*#]+)\b[^,]*, call lasted (?P<seconds>\d+) sec",
    ),
    CallMessage(
        "VOIPAAA-5-VOIP_CALL_HISTORY",
        r"\bConnectionId (?P<call>[0-9A-Fa-f ]+?), .*?\bPeerAddress (?P<number>[+\d*#]+), .*?"
        r"\bDisconnectCause (?P<cause>[0-9A-Fa-f]*)\s*, .*?\bCallOrigin (?P<origin>\d)",
    ),
)
