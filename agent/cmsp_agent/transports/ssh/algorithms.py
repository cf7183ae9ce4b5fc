"""Which SSH algorithms are offered. Legacy ones are offered only where the component permits them."""

from collections.abc import Iterable, Mapping, Sequence

import paramiko

from cmsp_agent.model.wording import printable

MODERN_KEX = (
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha256",
)
LEGACY_KEX = ("diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1")
MODERN_KEYS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
LEGACY_KEYS = ("ssh-rsa",)
MODERN_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr")
LEGACY_CIPHERS = ("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc")
MODERN_MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
LEGACY_MACS = ("hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-md5-96")

_KINDS = (
    ("key exchange", "kex_algo_list", MODERN_KEX, LEGACY_KEX),
    ("host key", "server_key_algo_list", MODERN_KEYS, LEGACY_KEYS),
    ("cipher", "server_encrypt_algo_list", MODERN_CIPHERS, LEGACY_CIPHERS),
    ("MAC", "server_mac_algo_list", MODERN_MACS, LEGACY_MACS),
    ("compression", "server_compress_algo_list", ("none",), ()),
)
"""What must be agreed on (RFC 4253, section 7.1): its name, paramiko's for the server's list, and what we have."""
_NO_ALGORITHMS = ("ext-info-", "kex-strict-")
"""What stands among the key exchanges and is none (RFC 8308)."""
_MOST_SHOWN = 240
"""Characters of what a server says that it has."""

_RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")


def offer(transport: paramiko.Transport, legacy: bool, pinned_types: Iterable[str]) -> None:
    """Set what the transport offers, before its handshake.

    Args:
        transport: not yet started.
        legacy: append the legacy algorithms, last in preference.
        pinned_types: types of the pinned host keys; signatures made with those are asked for first, so that a device
            with several keys shows one that we know.
    """
    options = transport.get_security_options()
    options.kex = MODERN_KEX + (LEGACY_KEX if legacy else ())
    options.ciphers = MODERN_CIPHERS + (LEGACY_CIPHERS if legacy else ())
    options.digests = MODERN_MACS + (LEGACY_MACS if legacy else ())
    keys = MODERN_KEYS + (LEGACY_KEYS if legacy else ())
    wanted = _signatures(pinned_types)
    options.key_types = tuple(sorted(keys, key=lambda name: name not in wanted))


def none_in_common(offered: Mapping[str, Sequence[str]], legacy: bool) -> tuple[Sequence[str], bool]:
    """Why no agreement was possible.

    Args:
        offered: what the server permits, by paramiko's name of the kind.
        legacy: whether the legacy algorithms were offered to it.

    Returns:
        A phrase for each kind without a common algorithm, and whether permitting the legacy ones mends them all.
    """
    lacking, helps = list[str](), True
    for kind, field, modern, old in _KINDS:
        theirs = [name for name in offered.get(field, ()) if not name.startswith(_NO_ALGORITHMS)]
        ours = modern + (old if legacy else ())
        if not theirs or set(theirs) & set(ours):
            continue
        helps = helps and bool(set(theirs) & set(old))
        shown = printable(", ".join(theirs))[:_MOST_SHOWN]
        lacking.append(f"for {kind} it has only {shown}, the agent has {', '.join(ours)}")
    return lacking, bool(lacking) and helps and not legacy


def _signatures(key_types: Iterable[str]) -> frozenset[str]:
    """The signature algorithms that a key of these types can make (RFC 8332 for RSA)."""
    return frozenset(
        name for key_type in key_types for name in (_RSA_SIGNATURES if key_type == "ssh-rsa" else (key_type,))
    )
