"""Keys and certificates of the appliance: made here, never sent; what a certificate says of itself."""

import base64
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when a certificate is good; ms since the epoch, UTC."""

    begins: int
    ends: int

    def is_due(self, now: int) -> bool:
        """Whether two thirds of its life are over: time to renew it."""
        return now >= self.begins + (self.ends - self.begins) * 2 // 3

    def is_late(self, now: int) -> bool:
        """Whether five sixths are over: renewal has failed for a long time."""
        return now >= self.begins + (self.ends - self.begins) * 5 // 6


def new_tls_key() -> bytes:
    """An ECDSA key on P-256, PEM."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def new_wireguard_key() -> str:
    """An X25519 key as `wg genkey` prints it."""
    return base64.b64encode(x25519.X25519PrivateKey.generate().private_bytes_raw()).decode()


def wireguard_public_key(private: str) -> str:
    """The public half as `wg pubkey` prints it.

    Raises:
        ValueError: not such a key.
    """
    key = x25519.X25519PrivateKey.from_private_bytes(base64.b64decode(private, validate=True))
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def signing_request(key: bytes, name: str) -> str:
    """A certificate request (PKCS #10, PEM) for a key."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return request.sign(_private(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def validity(chain: bytes) -> Validity:
    """Of the first certificate of a chain, PEM.

    Raises:
        ValueError: not a certificate.
    """
    first = x509.load_pem_x509_certificates(chain)[0]
    begins, ends = first.not_valid_before_utc, first.not_valid_after_utc
    return Validity(int(begins.timestamp() * 1000), int(ends.timestamp() * 1000))


def is_for(chain: bytes, key: bytes) -> bool:
    """Whether the first certificate of a chain is for this key.

    Raises:
        ValueError: not a certificate.
    """
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    first = x509.load_pem_x509_certificates(chain)[0]
    return first.public_key().public_bytes(*form) == _private(key).public_key().public_bytes(*form)


def _private(key: bytes) -> ec.EllipticCurvePrivateKey:
    private = serialization.load_pem_private_key(key, None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private
