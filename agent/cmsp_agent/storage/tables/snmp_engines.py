"""SNMP engine IDs: those of devices, kept to spare a discovery, and our own with its count of boots (RFC 3414, 2.2).

Boots and time of other engines are never kept: a stale pair would look like a replay.
"""

import os
import sqlite3

from cmsp_agent.model.ids import Octets
from cmsp_agent.storage.sqlite import meta

OWN_ID = "snmp.engine_id"
OWN_BOOTS = "snmp.engine_boots"
PRIVATE = bytes.fromhex("80000000")
"""RFC 3411: the first bit set, then the enterprise number; 0 is reserved and so meets nobody's."""
OCTETS_FORMAT = b"\x05"
MOST_BOOTS = 2**31 - 1


def boot(tx: sqlite3.Connection, octets: Octets = os.urandom) -> tuple[bytes, int]:
    """Our engine ID, made with the database, and boots incremented: once at each start, before the first answer.

    A new database brings a new engine ID, so that boots never go back. At 2^31-1 they stay (RFC 3414, 2.2.2).
    """
    known = meta.get(tx, OWN_ID)
    engine_id = _engine_id(known) or unkept(octets)
    boots = min(meta.get_int(tx, OWN_BOOTS) + 1, MOST_BOOTS)
    meta.put(tx, OWN_ID, engine_id.hex())
    meta.put(tx, OWN_BOOTS, boots)
    return engine_id, boots


def unkept(octets: Octets = os.urandom) -> bytes:
    """An engine ID of no earlier run: one whose boots can't be kept must not be used again."""
    return PRIVATE + OCTETS_FORMAT + octets(12)


def _engine_id(text: str | None) -> bytes:
    try:
        return bytes.fromhex(text or "")
    except ValueError:  # damaged: a new one, as for a new database
        return b""


def known(connection: sqlite3.Connection) -> dict[str, bytes]:
    """Engine IDs found before, by address."""
    return dict(connection.execute("select address, engine_id from snmp_engines").fetchall())


def remember(tx: sqlite3.Connection, address: str, engine_id: bytes, now: int) -> None:
    """Keep or replace the engine ID of an address."""
    tx.execute(
        "insert or replace into snmp_engines(address, engine_id, seen_at) values(?, ?, ?)", (address, engine_id, now)
    )


def forget(tx: sqlite3.Connection, address: str) -> None:
    """The engine at this address is another one now."""
    tx.execute("delete from snmp_engines where address = ?", (address,))
