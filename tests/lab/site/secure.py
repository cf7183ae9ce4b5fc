"""The authoritative side of SNMPv3 on a simulated device (RFC 3414 section 3.2): one user, reports for whoever errs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from cmsp_agent.transports.snmp import ber, pdu, usm, varbinds
from cmsp_agent.transports.snmp.keys import AUTH_PROTOCOLS, KeyRing
from cmsp_agent.transports.snmp.privacy import PRIV_PROTOCOLS
from cmsp_agent.transports.snmp.timeliness import within_window
from cmsp_agent.transports.snmp.users import AUTH, LocalUser, UsmUser, localized

_ENTERPRISE = (0x80000000 | 32473).to_bytes(4, "big")
"""32473 is reserved for documentation (RFC 5612)."""


@dataclass(frozen=True, slots=True)
class SnmpUser:
    """The user that a device lets in, with authentication and privacy."""

    name: str
    auth: str
    auth_password: str = field(repr=False)
    priv: str
    priv_password: str = field(repr=False)


def engine_id(device: str) -> bytes:
    """The engine ID of a simulated device: its name as text (RFC 3411, SnmpEngineID, format 4)."""
    return _ENTERPRISE + b"\x04" + device.encode()


def secure_side(device: str, user: SnmpUser, boots: Callable[[], int]) -> AuthoritativeEngine:
    """The v3 side of a device that knows one user."""
    known = UsmUser(
        user.name.encode(),
        AUTH_PROTOCOLS[user.auth],
        user.auth_password.encode(),
        PRIV_PROTOCOLS[user.priv],
        user.priv_password.encode(),
    )
    return AuthoritativeEngine(localized(known, engine_id(device), KeyRing()), boots)


@dataclass(slots=True)
class AuthoritativeEngine:
    """One engine with one user.

    Attributes:
        user: localised to this engine.
        boots: snmpEngineBoots now.
        reported: how often each counter of SNMP-USER-BASED-SM-MIB was reported, by its OID.
    """

    user: LocalUser
    boots: Callable[[], int]
    reported: Counter[str] = field(default_factory=Counter)
    _texts: ber.OidTexts = field(default_factory=ber.OidTexts)

    def respond(self, datagram: bytes, uptime: float, answer: Callable[[pdu.Pdu], bytes]) -> bytes:
        """The answer to a request, or the report that says what is wrong with it.

        Raises:
            DecodeError: not a message of SNMPv3 at all.
        """
        asked = usm.decode(datagram)
        time = int(uptime)
        if trouble := self._trouble(datagram, asked, time):
            return self._report(asked, time, trouble)
        try:
            scoped = usm.scoped_pdu(datagram, asked, self.user, self._texts)
        except ber.DecodeError:
            return self._report(asked, time, usm.DECRYPTION_ERROR)
        inside = usm.encode_scoped(self.user.engine_id, scoped.context_name, answer(scoped.pdu))
        return usm.encode(self.user, self.boots(), time, asked.msg_id, inside, self.user.level)

    def _trouble(self, datagram: bytes, asked: usm.V3Message, time: int) -> str:
        """The counter to report, or nothing."""
        if asked.engine_id != self.user.engine_id:
            return usm.UNKNOWN_ENGINE
        if asked.user != self.user.user.name:
            return usm.UNKNOWN_USER
        if asked.level != self.user.level:
            return usm.UNSUPPORTED_LEVEL
        try:
            usm.verify(datagram, asked, self.user)
        except usm.NotAuthentic:
            return usm.WRONG_DIGEST
        return "" if within_window(asked.boots, asked.time, self.boots(), time) else usm.NOT_IN_TIME_WINDOW

    def _report(self, asked: usm.V3Message, time: int, counter: str) -> bytes:
        self.reported[counter] += 1
        counted = varbinds.encode_value(ber.COUNTER32, self.reported[counter])
        bound = varbinds.encode_varbinds([(ber.oid_octets(counter), counted)])
        inside = usm.encode_scoped(self.user.engine_id, b"", pdu.encode_pdu(pdu.REPORT, 0, 0, 0, bound))
        # RFC 3414 section 3.2 step 7: the sender can only believe a new time if this report is signed.
        level = AUTH if counter == usm.NOT_IN_TIME_WINDOW else 0
        sender = self.user if level else LocalUser(UsmUser(asked.user), self.user.engine_id, None, None)
        return usm.encode(sender, self.boots(), time, asked.msg_id, inside, level)
