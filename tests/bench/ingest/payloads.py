"""What the flood sends: link traps with seven bindings, and gateways' usual syslog lines. Seeded: runs compare."""

import random
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from cmsp_agent.transports.snmp import ber, message
from cmsp_agent.transports.snmp.pdu import TRAP, encode_pdu
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds

DIFFERENT = 2000
UPTIME = "1.3.6.1.2.1.1.3.0"
TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
IF_ENTRY = "1.3.6.1.2.1.2.2.1"
LOC_IF_REASON = "1.3.6.1.4.1.9.2.2.1.1.20"
TRAP_ADDRESS = "1.3.6.1.6.3.18.1.3.0"
TEXTS = (
    "%LINEPROTO-5-UPDOWN: Line protocol on Interface Serial0/1/{a}:{b}, changed state to down",
    "%LINK-3-UPDOWN: Interface GigabitEthernet0/{a}/{b}, changed state to up",
    "%ISDN-6-CONNECT: Interface Serial0/0/{a}:{b} is now connected to 5551{b:03d} N/A",
    "%SYS-5-CONFIG_I: Configured from console by admin on vty{a} (10.1.{a}.{b})",
    "%VOICE_IEC-3-GW: CCAPI: Internal Error (call spike threshold): IEC=1.1.181.1.{a}.{b} on callID {b}",
    "%DIAL-6-CALL_RECORD: leg {a} of call {b}",
)


def traps(seed: int = 1) -> Iterator[bytes]:
    """linkDown as IOS sends it: ifIndex, ifDescr, ifType, locIfReason; and snmpTrapAddress."""
    draw = random.Random(seed)
    before = message.prefix(message.V2C, b"public")
    for number in range(DIFFERENT):
        index = draw.randint(1, 48)
        bindings: list[tuple[str, int, int | bytes | str]] = [
            (UPTIME, ber.TIME_TICKS, draw.randint(1, 2**31)),
            (TRAP_OID, ber.OBJECT_IDENTIFIER, LINK_DOWN),
            (f"{IF_ENTRY}.1.{index}", ber.INTEGER, index),
            (f"{IF_ENTRY}.2.{index}", ber.OCTET_STRING, f"Serial0/1/{index % 4}:{index}".encode()),
            (f"{IF_ENTRY}.3.{index}", ber.INTEGER, 22),
            (f"{LOC_IF_REASON}.{index}", ber.OCTET_STRING, b"Lost Carrier"),
            (TRAP_ADDRESS, ber.IP_ADDRESS, f"10.1.2.{index}"),
        ]
        varbinds = encode_varbinds([(ber.oid_octets(oid), encode_value(tag, value)) for oid, tag, value in bindings])
        yield message.encode(before, encode_pdu(TRAP, 0x10000000 + number, 0, 0, varbinds))


def lines(seed: int = 1) -> Iterator[bytes]:
    """`logging origin-id hostname`, a message counter, and times in milliseconds."""
    draw = random.Random(seed)
    for number in range(DIFFERENT):
        text = draw.choice(TEXTS).format(a=draw.randint(0, 3), b=draw.randint(1, 99))
        time = f"07:{draw.randint(0, 59):02d}:{draw.randint(0, 59):02d}.{draw.randint(0, 999):03d}"
        yield f"<189>{number}: gw{draw.randint(1, 200)}: Nov 23 {time}: {text}".encode()


def write(payloads: Iterable[bytes], path: Path) -> Path:
    """Store them for the flood: each behind its length in two octets, most significant first."""
    path.write_bytes(b"".join(struct.pack("!H", len(payload)) + payload for payload in payloads))
    return path
