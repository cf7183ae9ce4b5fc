import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519

from cmsp_agent.model.errors import StorageError
from cmsp_agent.storage.compression import compress, decompress
from cmsp_agent.storage.sealed import sealing
from cmsp_agent.storage.sealed.sealing import Sealer

KEY = bytes(range(32))


def pem(private: x25519.X25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> tuple[bytes, bytes]:
    """(private, public)."""
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return secret, public


def test_what_was_sealed_opens_in_its_context_only() -> None:
    sealed = Sealer(KEY).seal(b"hostname gw", b"here")
    assert b"hostname" not in sealed
    assert Sealer(KEY).open(sealed, b"here") == b"hostname gw"
    for key, context in ((KEY, b"there"), (bytes(32), b"here")):
        with pytest.raises(StorageError):
            Sealer(key).open(sealed, context)


def test_two_seals_of_one_content_differ() -> None:
    assert Sealer(KEY).seal(b"x", b"") != Sealer(KEY).seal(b"x", b"")


@pytest.mark.parametrize("place", [0, 13, -1])
def test_each_flipped_bit_is_noticed(place: int) -> None:
    sealed = bytearray(Sealer(KEY).seal(b"hostname gw", b""))
    sealed[place] ^= 1
    with pytest.raises(StorageError):
        Sealer(KEY).open(bytes(sealed), b"")


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_cut_short(length: int) -> None:
    with pytest.raises(StorageError):
        Sealer(KEY).open(Sealer(KEY).seal(b"hostname gw", b"")[:length], b"")


def test_purposes_have_different_keys() -> None:
    assert sealing.derived(KEY, "vault") != sealing.derived(KEY, "blobs")
    assert sealing.derived(KEY, "vault") == sealing.derived(KEY, "vault")


@pytest.mark.parametrize("kind", ["x25519", "rsa"])
def test_a_wrapped_master_key_opens_with_the_partners_private_key(kind: str) -> None:
    own = x25519.X25519PrivateKey.generate() if kind == "x25519" else rsa.generate_private_key(65537, 2048)
    other = x25519.X25519PrivateKey.generate()
    private, public = pem(own)
    wrapped = sealing.wrap(KEY, public)
    assert KEY not in wrapped
    assert sealing.unwrap(wrapped, private) == KEY
    with pytest.raises(StorageError):
        sealing.unwrap(wrapped, pem(other)[0])
    with pytest.raises(StorageError):
        sealing.unwrap(wrapped[:-1], private)
    with pytest.raises(StorageError):
        sealing.unwrap(wrapped[:20], private)


def test_a_private_key_with_a_password() -> None:
    own = x25519.X25519PrivateKey.generate()
    locked = own.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"partner"),
    )
    assert sealing.unwrap(sealing.wrap(KEY, pem(own)[1]), locked, b"partner") == KEY


@pytest.mark.parametrize("weak", ["elliptic", "nothing"])
def test_other_recovery_keys_are_refused(weak: str) -> None:
    key = pem(ec.generate_private_key(ec.SECP256R1()))[1] if weak == "elliptic" else b"no key"
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own text
        sealing.wrap(KEY, key)


def test_compression_is_bounded() -> None:
    frame = compress(b"a" * 100_000)
    assert decompress(frame, 100_000) == b"a" * 100_000
    for bad in (frame[:-3], b"garbage", b""):
        with pytest.raises(ValueError, match="zstd"):
            decompress(bad, 100_000)
    with pytest.raises(ValueError, match="at most"):
        decompress(frame, 99_999)
