"""Encryption at rest: AES-256-GCM under keys derived from one master key, and the master key wrapped for recovery.

Every purpose has a key of its own (HKDF-SHA256), so that what is sealed for one is never opened as another. Where the
keys and the sealed things lie is left to master_key, vault and blobs.
"""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cmsp_agent.model.errors import StorageError

KEY = 32
NONCE = 12
X25519_KEY = 32
RSA_LEAST_BITS = 2048

WRAPPED_X25519 = b"cmsp-x25519-1\n"
WRAPPED_RSA = b"cmsp-rsa-oaep-1\n"
_RECOVERY = b"cmsp recovery of the master key"
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label=None)


def new_key() -> bytes:
    """32 random bytes."""
    return os.urandom(KEY)


@lru_cache(maxsize=64)  # the running agent opens what it keeps again and again
def derived(master: bytes, purpose: str) -> bytes:
    """The key for a purpose."""
    return HKDF(hashes.SHA256(), KEY, salt=None, info=f"cmsp {purpose}".encode()).derive(master)


def keyed_hash(key: bytes, content: bytes) -> str:
    """HMAC-SHA256 in hex: equal for equal contents, and revealing nothing without the key."""
    return hmac.digest(key, content, hashlib.sha256).hex()


class Sealer:
    """Seals and opens under one key. Never shows its key."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, content: bytes, context: bytes) -> bytes:
        """The nonce and the sealed content; `context` must be the same again when it is opened."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, content, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """The content.

        Raises:
            StorageError: damaged, sealed with another key, or for another context.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], context)
        except (InvalidTag, ValueError) as error:
            raise StorageError("damaged, or sealed with another key") from error


def recovery_pair() -> tuple[bytes, bytes]:
    """A recovery key (X25519): its private and its public half, PEM."""
    private = x25519.X25519PrivateKey.generate()
    encoding, nothing = serialization.Encoding.PEM, serialization.NoEncryption()
    return (
        private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, nothing),
        private.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo),
    )


def wrap(master: bytes, recovery_key: bytes) -> bytes:
    """The master key, readable only with the private half of the partner's recovery key.

    Args:
        master: what to wrap.
        recovery_key: a public key in PEM: X25519, or RSA of 2048 bits at least (OAEP with SHA-256).

    Raises:
        ValueError: not such a key.
    """
    public = serialization.load_pem_public_key(recovery_key)
    if isinstance(public, x25519.X25519PublicKey):
        ephemeral = x25519.X25519PrivateKey.generate()
        shown = ephemeral.public_key().public_bytes_raw()
        key = _agreed(ephemeral.exchange(public), shown + public.public_bytes_raw())
        return WRAPPED_X25519 + shown + Sealer(key).seal(master, WRAPPED_X25519)
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= RSA_LEAST_BITS:
        return WRAPPED_RSA + public.encrypt(master, _OAEP)
    raise ValueError(f"a recovery key must be X25519, or RSA of {RSA_LEAST_BITS} bits at least")


def unwrap(wrapped: bytes, private_key: bytes, password: bytes | None = None) -> bytes:
    """The master key, with the private half of the recovery key in PEM.

    Raises:
        StorageError: damaged, or wrapped for another key.
        ValueError: the private key can't be read, or the password is wrong.
        TypeError: a password is missing, or not needed.
    """
    private = serialization.load_pem_private_key(private_key, password)
    if isinstance(private, x25519.X25519PrivateKey) and wrapped.startswith(WRAPPED_X25519):
        rest = wrapped[len(WRAPPED_X25519) :]
        shown, sealed = rest[:X25519_KEY], rest[X25519_KEY:]
        if len(shown) < X25519_KEY:
            raise StorageError("cut short")
        shared = private.exchange(x25519.X25519PublicKey.from_public_bytes(shown))
        return Sealer(_agreed(shared, shown + private.public_key().public_bytes_raw())).open(sealed, WRAPPED_X25519)
    if isinstance(private, rsa.RSAPrivateKey) and wrapped.startswith(WRAPPED_RSA):
        try:
            return private.decrypt(wrapped[len(WRAPPED_RSA) :], _OAEP)
        except ValueError as error:
            raise StorageError("damaged, or wrapped for another key") from error
    raise StorageError("wrapped for a key of another kind")


def _agreed(shared: bytes, publics: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY, salt=publics, info=_RECOVERY).derive(shared)
