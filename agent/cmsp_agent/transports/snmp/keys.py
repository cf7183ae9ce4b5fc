"""From a password to the keys of one user at one engine (RFC 3414 A.2, RFC 7860, key extensions). Encrypts nothing.

Keys live in memory only; nothing here prints them.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

EXPANDED = 1_048_576
"""Octets of repeated password that are hashed into the master key."""


@dataclass(frozen=True, slots=True)
class AuthProtocol:
    """An HMAC of the user-based security model: the hash and the octets of the digest that are sent."""

    name: str
    hash_name: str
    mac_size: int


AUTH_PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        AuthProtocol("MD5", "md5", 12),
        AuthProtocol("SHA-1", "sha1", 12),
        AuthProtocol("SHA-224", "sha224", 16),
        AuthProtocol("SHA-256", "sha256", 24),
        AuthProtocol("SHA-384", "sha384", 32),
        AuthProtocol("SHA-512", "sha512", 48),
    )
}
"""By the names of `model.credentials.SnmpCredential`; HMAC sizes of RFC 3414 sections 6 and 7, RFC 7860 section 4."""


class Bounded(OrderedDict[K, V], Generic[K, V]):
    """A cache that forgets the entry unused for longest when it holds more than `capacity`."""

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self._capacity = capacity

    def recall(self, key: K) -> V | None:
        """The entry, now the one used last; None where there is none."""
        if key not in self:
            return None
        self.move_to_end(key)
        return self[key]

    def keep(self, key: K, value: V) -> V:
        """Store and return the entry."""
        self[key] = value
        if len(self) > self._capacity:
            self.popitem(last=False)
        return value

    def __repr__(self) -> str:
        return f"Bounded({len(self)} of {self._capacity})"


def master_key(protocol: AuthProtocol, password: bytes) -> bytes:
    """Hash a megabyte of the repeated password into the user's key Ku: 1 to 3 ms.

    Raises:
        ValueError: empty password.
    """
    if not password:
        raise ValueError("an SNMPv3 password can't be empty")
    repeated = password * (EXPANDED // len(password) + 1)
    return hashlib.new(protocol.hash_name, repeated[:EXPANDED], usedforsecurity=False).digest()


def localize(protocol: AuthProtocol, key: bytes, engine_id: bytes) -> bytes:
    """The key Kul of one user at one engine (RFC 3414 section 2.6)."""
    return hashlib.new(protocol.hash_name, key + engine_id + key, usedforsecurity=False).digest()


def extend_blumenthal(protocol: AuthProtocol, key: bytes, size: int) -> bytes:
    """Lengthen a localised key by hashes of itself (draft-blumenthal-aes-usm-04 section 3.1.2.1), then cut it."""
    while len(key) < size:
        key += hashlib.new(protocol.hash_name, key, usedforsecurity=False).digest()
    return key[:size]


def extend_reeder(protocol: AuthProtocol, key: bytes, engine_id: bytes, size: int) -> bytes:
    """Lengthen a localised key by treating it as a password of its own, then cut it: 1 to 3 ms a step.

    Made for 3DES (draft-reeder-snmpv3-usm-3desede-00 section 2.1); Cisco uses it for AES too.
    """
    while len(key) < size:
        key += localize(protocol, master_key(protocol, key), engine_id)
    return key[:size]


class KeyRing:
    """Master keys remembered, so that a password shared by 500 devices is hashed once."""

    def __init__(self, capacity: int = 1024) -> None:
        self._masters: Bounded[tuple[str, bytes], bytes] = Bounded(capacity)

    def localized(self, protocol: AuthProtocol, password: bytes, engine_id: bytes) -> bytes:
        """The user's key at the engine.

        Raises:
            ValueError: empty password.
        """
        known = self._masters.recall((protocol.name, password))
        if known is None:
            known = self._masters.keep((protocol.name, password), master_key(protocol, password))
        return localize(protocol, known, engine_id)
