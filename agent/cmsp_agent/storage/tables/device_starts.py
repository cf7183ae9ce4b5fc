"""What devices said of their last start, and when: it shows a restart that happened while the agent was off."""

import sqlite3
from dataclasses import dataclass

from cmsp_agent.storage.encoding import decode, encode


@dataclass(frozen=True, slots=True)
class KeptUptime:
    """The uptime that a poll showed, kept while the agent is off."""

    read_at: int
    """ms since the epoch."""
    uptime: int | None = None
    """sysUpTime, hundredths of a second."""
    engine_boots: int | None = None
    engine_time: int | None = None
    """Seconds."""
    address: str = ""
    """Where it was asked; empty: an earlier version did not keep it."""


def known(connection: sqlite3.Connection) -> dict[str, KeptUptime]:
    """What was kept, by component."""
    rows = connection.execute("select component, body from device_starts").fetchall()
    return {component: decode(body, KeptUptime) for component, body in rows}


def save(tx: sqlite3.Connection, component: str, uptime: KeptUptime) -> None:
    """Keep what a component said, in place of what was kept before."""
    tx.execute("insert or replace into device_starts(component, body) values(?, ?)", (component, encode(uptime)))
