"""Where the components were by the file that was used last, by the part that keeps it with what it knows of them."""

import sqlite3
from collections.abc import Mapping

from cmsp_agent.model.renaming import Addressed
from cmsp_agent.storage.encoding import DocumentInvalid, decode, encode
from cmsp_agent.storage.sqlite import meta

ALARMS, INVENTORY = "alarms.addresses", "inventory.addresses"


def known(connection: sqlite3.Connection, of: str) -> dict[str, Addressed]:
    """Component → where it was; nothing where that was never kept, or is damaged."""
    try:
        return decode((meta.get(connection, of) or "{}").encode(), dict[str, Addressed])
    except DocumentInvalid:
        return {}


def save(tx: sqlite3.Connection, of: str, components: Mapping[str, Addressed]) -> None:
    """Keep where they are now."""
    meta.put(tx, of, encode(dict(components)).decode())
