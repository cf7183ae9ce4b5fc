"""SSH host keys of devices, pinned at first sight. Replacing one is a person's decision, and audited by the caller."""

import base64
import hashlib
import sqlite3
from dataclasses import dataclass

SSH_PORT = 22


@dataclass(frozen=True, slots=True)
class PinnedHostKey:
    """A public key as the device showed it: the algorithm's name and its wire form (RFC 4253)."""

    algorithm: str
    key: bytes
    seen_at: int

    @property
    def fingerprint(self) -> str:
        """`SHA256:…`, as OpenSSH prints it."""
        return fingerprint(self.key)


def fingerprint(key: bytes) -> str:
    """The SHA-256 of a key's wire form, in base64 without padding (RFC 4648)."""
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def place(address: str, port: int) -> str:
    """How known_hosts files write it: `address`, or `[address]:port` on another port than 22 (OpenSSH sshd(8))."""
    return address if port == SSH_PORT else f"[{address}]:{port}"


def of_address(connection: sqlite3.Connection, address: str) -> list[PinnedHostKey]:
    """The pinned keys of `host` or `[host]:port`."""
    rows = connection.execute(
        "select algorithm, key, seen_at from host_keys where address = ? order by algorithm", (address,)
    )
    return [PinnedHostKey(*row) for row in rows]


def pin(tx: sqlite3.Connection, address: str, key: PinnedHostKey) -> bool:
    """Pin a key where none of its algorithm is pinned; False where another one is (nothing is changed)."""
    tx.execute(
        "insert or ignore into host_keys(address, algorithm, key, seen_at) values(?, ?, ?, ?)",
        (address, key.algorithm, key.key, key.seen_at),
    )
    row = tx.execute(
        "select key from host_keys where address = ? and algorithm = ?", (address, key.algorithm)
    ).fetchone()
    return bool(row[0] == key.key)


def replace(tx: sqlite3.Connection, address: str, key: PinnedHostKey) -> None:
    """Forget every key of the address and pin this one."""
    tx.execute("delete from host_keys where address = ?", (address,))
    pin(tx, address, key)


def forget(tx: sqlite3.Connection, address: str) -> int:
    """Forget every key of the address: the next login pins what it finds. Returns how many there were."""
    return tx.execute("delete from host_keys where address = ?", (address,)).rowcount
