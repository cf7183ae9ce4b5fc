"""Encryption of the scoped PDU: DES, 3DES and AES in CFB mode (RFC 3414 section 8, RFC 3826, drafts for longer keys).

The only importer of `cryptography` among the transports; makes no keys, `keys` does.
"""

import os
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from cmsp_agent.transports.snmp.ber import DecodeError

SALT_SIZE = 8


@dataclass(frozen=True, slots=True)
class PrivProtocol:
    """A cipher of the user-based security model."""

    name: str
    cipher: str
    """`DES`, `3DES` or `AES`."""
    key_size: int
    """Octets of localised key used, those that only make the initialisation vector included."""
    reeder: bool
    """Lengthen short keys as Reeder (and Cisco) do, not as Blumenthal does."""


PRIV_PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        PrivProtocol("DES", "DES", 16, reeder=False),
        PrivProtocol("3DES", "3DES", 32, reeder=True),
        PrivProtocol("AES-128", "AES", 16, reeder=False),
        PrivProtocol("AES-192", "AES", 24, reeder=False),
        PrivProtocol("AES-256", "AES", 32, reeder=False),
        PrivProtocol("AES-192-C", "AES", 24, reeder=True),
        PrivProtocol("AES-256-C", "AES", 32, reeder=True),
    )
}
"""By the names of `model.credentials.SnmpCredential`."""


class Privacy(Protocol):
    """One user's cipher at one engine."""

    def encrypt(self, plain: bytes, boots: int, time: int) -> tuple[bytes, bytes]:
        """The ciphertext and the salt to send (msgPrivacyParameters)."""
        ...

    def decrypt(self, secret: bytes, salt: bytes, boots: int, time: int) -> bytes:
        """The plain text; DES leaves up to 7 octets of padding at its end.

        Raises:
            DecodeError: salt or ciphertext of an impossible length.
        """
        ...


def privacy(protocol: PrivProtocol, key: bytes) -> Privacy:
    """The cipher of a localised, extended key of `protocol.key_size` octets."""
    if protocol.cipher == "AES":
        return _Aes(key)
    return _Des(key, 8 if protocol.cipher == "DES" else 24)


class _Aes:
    """RFC 3826: CFB with 128-bit feedback; the vector is boots, time and salt."""

    def __init__(self, key: bytes) -> None:
        self._cipher = Cipher(AES(key), CFB(bytes(16)))
        """Gets each message's vector: making one anew would check the key again."""
        self._salt = int.from_bytes(os.urandom(SALT_SIZE), "big")

    def encrypt(self, plain: bytes, boots: int, time: int) -> tuple[bytes, bytes]:
        self._salt = self._salt + 1 & 0xFFFFFFFFFFFFFFFF
        salt = self._salt.to_bytes(SALT_SIZE, "big")
        self._cipher.mode = CFB(_vector(boots, time, salt))
        return self._cipher.encryptor().update(plain), salt

    def decrypt(self, secret: bytes, salt: bytes, boots: int, time: int) -> bytes:
        if len(salt) != SALT_SIZE:
            raise DecodeError("privacy parameters that are not eight octets long")
        self._cipher.mode = CFB(_vector(boots, time, salt))
        return self._cipher.decryptor().update(secret)


def _vector(boots: int, time: int, salt: bytes) -> bytes:
    return (boots << 32 | time).to_bytes(8, "big") + salt


class _Des:
    """RFC 3414 section 8.1.1 (and its triple form): CBC; the key's tail, XOR the salt, is the vector."""

    def __init__(self, key: bytes, key_size: int) -> None:
        # A single DES is a triple one with the same key three times.
        self._algorithm = TripleDES(key[:key_size] if key_size == 24 else key[:8] * 3)
        self._pre_vector = int.from_bytes(key[key_size : key_size + 8], "big")
        self._salt = int.from_bytes(os.urandom(4), "big")

    def _vector(self, salt: bytes) -> CBC:
        return CBC((self._pre_vector ^ int.from_bytes(salt, "big")).to_bytes(8, "big"))

    def encrypt(self, plain: bytes, boots: int, time: int) -> tuple[bytes, bytes]:  # noqa: ARG002 (AES needs it)
        self._salt = self._salt + 1 & 0xFFFFFFFF
        salt = (boots << 32 | self._salt).to_bytes(SALT_SIZE, "big")
        padded = plain + bytes(-len(plain) % 8)
        return Cipher(self._algorithm, self._vector(salt)).encryptor().update(padded), salt

    def decrypt(self, secret: bytes, salt: bytes, boots: int, time: int) -> bytes:  # noqa: ARG002 (AES needs them)
        if len(salt) != SALT_SIZE or len(secret) % 8:
            raise DecodeError("privacy parameters or ciphertext of an impossible length")
        return Cipher(self._algorithm, self._vector(salt)).decryptor().update(secret)
