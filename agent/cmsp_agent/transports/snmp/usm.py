"""Messages of SNMPv3 with the user-based security model (RFC 3412, RFC 3414): encode, decode, verify, decrypt.

Keeps no state: keys are in a `users.LocalUser`, time windows in `timeliness`, what an own engine answers in
`authoritative`. The order on arrival is: `decode`, find the user, `verify`, check the window, `scoped_pdu`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.message import LARGEST, V3
from cmsp_agent.transports.snmp.pdu import REPORT, Pdu, decode_pdu
from cmsp_agent.transports.snmp.users import AUTH, PRIV, LocalUser, UsmUser

REPORTABLE = 4
USM_MODEL = 3
MOST = 0x7FFFFFFF

STATS = "1.3.6.1.6.3.15.1.1"
UNSUPPORTED_LEVEL = f"{STATS}.1.0"
NOT_IN_TIME_WINDOW = f"{STATS}.2.0"
UNKNOWN_USER = f"{STATS}.3.0"
UNKNOWN_ENGINE = f"{STATS}.4.0"
WRONG_DIGEST = f"{STATS}.5.0"
DECRYPTION_ERROR = f"{STATS}.6.0"
"""The counters of SNMP-USER-BASED-SM-MIB that a REPORT names."""

REPORT_NAMES = {
    UNSUPPORTED_LEVEL: "usmStatsUnsupportedSecLevels",
    NOT_IN_TIME_WINDOW: "usmStatsNotInTimeWindows",
    UNKNOWN_USER: "usmStatsUnknownUserNames",
    UNKNOWN_ENGINE: "usmStatsUnknownEngineIDs",
    WRONG_DIGEST: "usmStatsWrongDigests",
    DECRYPTION_ERROR: "usmStatsDecryptionErrors",
}

VERSION_FIELD = ber.encode_integer(V3)
MAX_SIZE_FIELD = ber.encode_integer(LARGEST)
MODEL_FIELD = ber.encode_integer(USM_MODEL)
"""What is the same in all messages that we send."""

NOBODY = LocalUser(UsmUser(b""), b"", None, None)
"""Who sends discovery requests and the REPORTs that are not authenticated."""


class NotAuthentic(DecodeError):
    """Well-formed, but not signed with the user's key."""


class V3Message(NamedTuple):
    """An SNMPv3 message, neither verified nor decrypted yet."""

    msg_id: int
    max_size: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    mac: bytes
    mac_at: int
    """Offset of the digest in the datagram."""
    salt: bytes
    data_at: int
    """Offset of msgData (scoped PDU or ciphertext) in the datagram."""

    @property
    def level(self) -> int:
        """The security level: `AUTH`, `PRIV` bits of the flags."""
        return self.flags & (AUTH | PRIV)


class ScopedPdu(NamedTuple):
    """What is inside, once verified and decrypted."""

    context_engine_id: bytes
    context_name: bytes
    pdu: Pdu


def decode(data: bytes) -> V3Message:
    """Decode all but the scoped PDU.

    Raises:
        DecodeError: anything is wrong; octets after the message too, for they are not what was signed.
    """
    at, end = ber.content(data, 0, len(data), ber.SEQUENCE)
    _, at = ber.integer(data, at, end, V3, V3)
    msg_id, max_size, flags, at = _global_data(data, at, end)
    start, data_at = ber.content(data, at, end, ber.OCTET_STRING)
    at, stop = ber.content(data, start, data_at, ber.SEQUENCE)
    engine_id, at = ber.octets(data, at, stop)
    boots, at = ber.integer(data, at, stop, 0, MOST)
    time, at = ber.integer(data, at, stop, 0, MOST)
    user, at = ber.octets(data, at, stop)
    mac_at, at = ber.content(data, at, stop, ber.OCTET_STRING)
    mac = data[mac_at:at]
    salt, at = ber.octets(data, at, stop)
    if at != stop or stop != data_at or end != len(data) or len(engine_id) > 32 or len(user) > 32:
        raise DecodeError("security parameters too long, or octets left over")
    return V3Message(msg_id, max_size, flags, engine_id, boots, time, user, mac, mac_at, salt, data_at)


def _global_data(data: bytes, at: int, end: int) -> tuple[int, int, int, int]:
    at, stop = ber.content(data, at, end, ber.SEQUENCE)
    msg_id, at = ber.integer(data, at, stop, 0, MOST)
    max_size, at = ber.integer(data, at, stop, 484, MOST)
    flags, at = ber.octets(data, at, stop)
    _, at = ber.integer(data, at, stop, USM_MODEL, USM_MODEL)
    if at != stop or len(flags) != 1 or flags[0] & (AUTH | PRIV) == PRIV:
        raise DecodeError("impossible message flags, or octets left over in the header")
    return msg_id, max_size, flags[0], stop


def verify(data: bytes, message: V3Message, user: LocalUser) -> None:
    """Check the digest over the whole datagram, in constant time.

    Raises:
        NotAuthentic: it does not match, or there is none, or the user has no key.
    """
    if not message.flags & AUTH or user.signer is None or not user.signer.verifies(data, message.mac_at, message.mac):
        raise NotAuthentic("digest missing or wrong")


def fits(data: bytes, message: V3Message, user: LocalUser) -> bool:
    """Whether the message has the user's security level and, where that has authentication, the user's signature."""
    if message.level != user.level:
        return False
    return user.signer is None or user.signer.verifies(data, message.mac_at, message.mac)


def fitting(data: bytes, message: V3Message, users: Sequence[LocalUser]) -> LocalUser:
    """Of several users with one name (one at least) the one whose key it is, else the first, to be refused."""
    if len(users) > 1:
        for user in users:
            if fits(data, message, user):
                return user
    return users[0]


def scoped_pdu(data: bytes, message: V3Message, user: LocalUser, texts: OidTexts) -> ScopedPdu:
    """Decrypt where it is encrypted, and decode what is inside. Verify first.

    Raises:
        DecodeError: anything is wrong, a wrong privacy key among others.
    """
    if message.flags & PRIV:
        start, end = ber.content(data, message.data_at, len(data), ber.OCTET_STRING)
        plain = user.decrypt(data[start:end], message.salt, message.boots, message.time)
        at, stop = ber.content(plain, 0, len(plain), ber.SEQUENCE)  # DES leaves padding behind it
    else:
        plain = data
        at, stop = ber.content(data, message.data_at, len(data), ber.SEQUENCE)
        end = stop
    if end != len(data):
        raise DecodeError("octets after the scoped PDU")
    context_engine_id, at = ber.octets(plain, at, stop)
    context_name, at = ber.octets(plain, at, stop)
    return ScopedPdu(context_engine_id, context_name, decode_pdu(plain, at, stop, texts))


def encode_scoped(context_engine_id: bytes, context_name: bytes, pdu: bytes) -> bytes:
    """Encode a scoped PDU around an encoded PDU."""
    return ber.element(ber.SEQUENCE, ber.encode_octets(context_engine_id) + ber.encode_octets(context_name) + pdu)


def encode(user: LocalUser, boots: int, time: int, msg_id: int, scoped: bytes, flags: int) -> bytes:
    """Encode, encrypt and sign a message.

    Args:
        user: whose keys; its `engine_id` is the authoritative engine's.
        boots: of the authoritative engine.
        time: of the authoritative engine, seconds.
        msg_id: 0 to 2**31 - 1.
        scoped: from `encode_scoped`.
        flags: `AUTH`, `PRIV` as the user has them (or fewer), and `REPORTABLE` for what wants an answer.
    """
    salt = b""
    if flags & PRIV and user.privacy is not None:
        secret, salt = user.privacy.encrypt(scoped, boots, time)
        scoped = ber.encode_octets(secret)
    signer = user.signer if flags & AUTH else None
    size = signer.size if signer else 0
    head = VERSION_FIELD + ber.element(
        ber.SEQUENCE,
        ber.encode_integer(msg_id) + MAX_SIZE_FIELD + ber.encode_octets(bytes((flags,))) + MODEL_FIELD,
    )
    before = (
        ber.encode_octets(user.engine_id)
        + ber.encode_integer(boots)
        + ber.encode_integer(time)
        + ber.encode_octets(user.user.name)
    )
    after = ber.encode_octets(salt)
    security = ber.element(ber.SEQUENCE, before + ber.encode_octets(bytes(size)) + after)
    whole = ber.element(ber.SEQUENCE, head + ber.encode_octets(security) + scoped)
    if signer is None:
        return whole
    at = len(whole) - len(scoped) - len(after) - size
    return whole[:at] + signer.sign(whole) + whole[at + size :]


def report_name(pdu: Pdu, texts: OidTexts) -> str:
    """The counter that a REPORT names, dotted; empty where the PDU is no REPORT or names none."""
    if pdu.kind != REPORT or not pdu.names:
        return ""
    return texts[pdu.names[0]]
