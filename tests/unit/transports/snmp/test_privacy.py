"""Ciphers, against the straightforward way to run them."""

import pytest
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from cmsp_agent.transports.snmp.ber import DecodeError
from cmsp_agent.transports.snmp.privacy import PRIV_PROTOCOLS, privacy

KEY = bytes(range(1, 33))


@pytest.mark.parametrize("name", list(PRIV_PROTOCOLS))
@pytest.mark.parametrize("size", [0, 1, 7, 8, 15, 16, 17, 100, 1400])
def test_what_is_encrypted_is_decrypted(name: str, size: int) -> None:
    protocol = PRIV_PROTOCOLS[name]
    one, other = (privacy(protocol, KEY[: protocol.key_size]) for _ in range(2))
    plain = bytes(at % 251 for at in range(size))
    secret, salt = one.encrypt(plain, 5, 4711)
    assert len(salt) == 8
    decrypted = other.decrypt(secret, salt, 5, 4711)
    assert decrypted[:size] == plain
    assert len(decrypted) - size < 8
    assert one.encrypt(plain, 5, 4711)[1] != salt, "no salt twice"


@pytest.mark.parametrize("size", [16, 24, 32])
def test_aes_is_rfc_3826(size: int) -> None:
    vector = (5).to_bytes(4, "big") + (4711).to_bytes(4, "big") + b"saltsalt"
    secret = Cipher(AES(KEY[:size]), CFB(vector)).encryptor().update(b"plain text of no block size")
    assert (
        privacy(PRIV_PROTOCOLS["AES-128"], KEY[:size]).decrypt(secret, b"saltsalt", 5, 4711)
        == b"plain text of no block size"
    )


@pytest.mark.parametrize("name", list(PRIV_PROTOCOLS))
def test_salts_of_a_wrong_size_are_refused(name: str) -> None:
    protocol = PRIV_PROTOCOLS[name]
    cipher = privacy(protocol, KEY[: protocol.key_size])
    for salt in (b"", b"1234567", b"123456789"):
        with pytest.raises(DecodeError):
            cipher.decrypt(bytes(16), salt, 0, 0)


@pytest.mark.parametrize("name", ["DES", "3DES"])
def test_des_wants_whole_blocks(name: str) -> None:
    protocol = PRIV_PROTOCOLS[name]
    with pytest.raises(DecodeError):
        privacy(protocol, KEY[: protocol.key_size]).decrypt(bytes(15), bytes(8), 0, 0)
