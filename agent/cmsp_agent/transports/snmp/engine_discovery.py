"""Asks an address for its SNMPv3 engine ID (RFC 3414 section 4): every v3 agent gives it to any sender."""

from cmsp_agent.transports.snmp import usm
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.elsewhere import Elsewhere
from cmsp_agent.transports.snmp.endpoint import Endpoint, SocketAddress
from cmsp_agent.transports.snmp.pdu import GET, REPORT, Pdu, ask

SHORTEST = 5
"""Octets of an engine ID at least (RFC 3411)."""


async def engine_id(endpoint: Endpoint, address: SocketAddress, texts: OidTexts, within: float) -> bytes:
    """The engine ID of the agent at an address.

    Raises:
        DeviceError: no v3 agent answers there.
    """
    found = b""
    request = endpoint.next_id()

    def decode(data: bytes, request_id: int) -> Pdu:
        nonlocal found
        received = usm.decode(data)
        pdu = usm.scoped_pdu(data, received, usm.NOBODY, texts).pdu
        if received.msg_id != request_id or pdu.kind != REPORT or len(received.engine_id) < SHORTEST:
            raise DecodeError("not the answer to engine discovery")
        found = received.engine_id
        return pdu

    scoped = usm.encode_scoped(b"", b"", ask(GET, request, []))
    packet = usm.encode(usm.NOBODY, 0, 0, request, scoped, usm.REPORTABLE)
    elsewhere = Elsewhere(str(address[0]), int(address[1]), "")
    await endpoint.request(request, packet, address, decode, within, 0, elsewhere)
    return found
