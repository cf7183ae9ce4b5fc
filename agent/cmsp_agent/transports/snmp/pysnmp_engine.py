"""The second engine: pysnmp behind the same three methods as `session.SnmpSession`, for a device that ours can't read.

A hundred times slower, and optional: import this module only where a component names `snmp: {engine: pysnmp}`, and
expect ImportError where pysnmp is not installed. One engine for each session, because it costs 45 ms to make.
"""

from collections.abc import AsyncIterator
from typing import Any

from pysnmp.hlapi.v3arch import asyncio as hlapi

from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.errors import AuthenticationRejected, DeviceAnswerInvalid, DeviceUnreachable
from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp.target import Quirks, SnmpTarget

AUTH = {
    "MD5": hlapi.USM_AUTH_HMAC96_MD5,
    "SHA-1": hlapi.USM_AUTH_HMAC96_SHA,
    "SHA-224": hlapi.USM_AUTH_HMAC128_SHA224,
    "SHA-256": hlapi.USM_AUTH_HMAC192_SHA256,
    "SHA-384": hlapi.USM_AUTH_HMAC256_SHA384,
    "SHA-512": hlapi.USM_AUTH_HMAC384_SHA512,
}
PRIV = {
    "DES": hlapi.USM_PRIV_CBC56_DES,
    "3DES": hlapi.USM_PRIV_CBC168_3DES,
    "AES-128": hlapi.USM_PRIV_CFB128_AES,
    "AES-192": hlapi.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES-256": hlapi.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES-192-C": hlapi.USM_PRIV_CFB192_AES,
    "AES-256-C": hlapi.USM_PRIV_CFB256_AES,
}
REJECTED = ("wrongDigest", "unknownUserName", "unsupportedSecurityLevel", "decryptionError")
MOST_OIDS = 20
ROWS = 10


class PysnmpSession:
    """One device, asked through pysnmp. See `session.SnmpSession` for the methods and what they raise."""

    def __init__(self, target: SnmpTarget) -> None:
        self.target = target
        self._engine = hlapi.SnmpEngine()
        self._authentication = _authentication(target.credential)
        self._transport: Any = None

    @property
    def is_v1(self) -> bool:
        """Whether SNMPv1 is spoken."""
        return self.target.credential.version == "1"

    @property
    def quirks(self) -> Quirks:
        """Nothing is learned: what was known of the device stays."""
        return self.target.quirks

    def take_unreadable(self) -> dict[str, Unreadable]:
        """Nothing: pysnmp refuses the whole answer where it can't decode a value."""
        return {}

    def close(self) -> None:
        """Release the socket."""
        self._engine.close_dispatcher()

    async def get(self, *oids: str) -> dict[str, Value]:
        """Read objects by their full OIDs; those that the device does not have are absent."""
        found: dict[str, Value] = {}
        for at in range(0, len(oids), MOST_OIDS):
            found.update(await self._ask(hlapi.get_cmd, oids[at : at + MOST_OIDS]))
        return found

    async def probe(self) -> None:
        """Ask for the uptime: whether the device answers again."""
        await self._ask(hlapi.get_cmd, ["1.3.6.1.2.1.1.3.0"])

    async def get_next(self, *oids: str) -> dict[str, tuple[str, Value]]:
        """Read what follows each OID; absent at the end."""
        found: dict[str, tuple[str, Value]] = {}
        for oid in oids:
            for name, value in await self._ask(hlapi.next_cmd, [oid]):
                found[oid] = (name, value)
        return found

    async def columns(self, *columns: str, limit: int = 10_000) -> dict[str, dict[str, Value]]:
        """Read whole table columns, one after the other."""
        return {column: {index: value async for index, value in self._column(column, limit)} for column in columns}

    async def _column(self, column: str, limit: int) -> AsyncIterator[tuple[str, Value]]:
        cursor, given = column, 0
        while given < limit:
            page = await self._page(cursor)
            for name, value in page:
                if not name.startswith(f"{column}."):
                    return
                yield name[len(column) + 1 :], value
                given += 1
            if not page or page[-1][0] == cursor:
                return
            cursor = page[-1][0]

    async def _page(self, cursor: str) -> list[tuple[str, Value]]:
        if self.target.credential.version == "1" or self.target.quirks.no_bulk:
            return await self._ask(hlapi.next_cmd, [cursor])
        return await self._ask(hlapi.bulk_cmd, [cursor], 0, ROWS)

    async def _ask(self, command: Any, oids: Any, *numbers: int) -> list[tuple[str, Value]]:
        target = self.target
        if self._transport is None:
            kind = hlapi.Udp6TransportTarget if ":" in target.address else hlapi.UdpTransportTarget
            place = (target.address, target.port)
            self._transport = await kind.create(place, timeout=target.timeout, retries=target.retries)
            if target.source:
                self._transport.set_local_address((target.source, 0))
        context = hlapi.ContextData(contextName=target.credential.context.encode())
        asked = [hlapi.ObjectType(hlapi.ObjectIdentity(oid)) for oid in oids]
        indication, status, _, bindings = await command(
            self._engine, self._authentication, self._transport, context, *numbers, *asked, lookupMib=False
        )
        if indication is not None:
            raise _error(target.address, indication)
        if int(status) == 2 and target.credential.version == "1":  # noSuchName: how v1 says that there is none
            return []
        if int(status):
            raise DeviceAnswerInvalid(f"{target.address}: {status.prettyPrint()}")
        return [(str(name), _plain(value)) for name, value in bindings if value.tagSet not in _MISSING]


_MISSING = tuple(kind.tagSet for kind in (hlapi.NoSuchObject, hlapi.NoSuchInstance, hlapi.EndOfMibView, hlapi.Null))


def _error(address: str, indication: Any) -> Exception:
    name = type(indication).__name__
    if name == "RequestTimedOut":
        return DeviceUnreachable(f"{address}: no SNMP answer (asked through pysnmp)")
    if name[:1].lower() + name[1:] in REJECTED:
        return AuthenticationRejected(f"{address}: the device refused the SNMPv3 user ({indication})")
    return DeviceAnswerInvalid(f"{address}: {indication}")


def _authentication(credential: SnmpCredential) -> Any:
    if credential.version == "3":
        return hlapi.UsmUserData(
            credential.user,
            credential.auth_key.reveal() if credential.auth_key else None,
            credential.priv_key.reveal() if credential.priv_key else None,
            authProtocol=AUTH.get(credential.auth, hlapi.USM_AUTH_NONE),
            privProtocol=PRIV.get(credential.priv, hlapi.USM_PRIV_NONE),
        )
    community = credential.community.reveal() if credential.community else ""
    return hlapi.CommunityData(community, mpModel=0 if credential.version == "1" else 1)


def _plain(value: Any) -> Value:
    if isinstance(value, hlapi.IpAddress):
        return str(value.prettyPrint())
    if isinstance(value, hlapi.OctetString):
        return bytes(value.asOctets())
    if hasattr(value, "asTuple"):
        return ".".join(map(str, value.asTuple()))
    return int(value)
