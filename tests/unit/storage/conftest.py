"""In-memory databases and facts for the repositories' tests."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from cmsp_agent.storage.outbox import epochs
from cmsp_agent.storage.sqlite.connections import Opening
from cmsp_agent.storage.sqlite.migrations import Migration, migrate
from cmsp_agent.storage.tables.schema import SERIES, STATE

NOW = 1_767_225_600_000


def fresh(migrations: Sequence[Migration]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, migrations)
    return connection


@pytest.fixture
def tx() -> Iterator[sqlite3.Connection]:
    """A `state.db` in memory with its first epoch."""
    connection = fresh(STATE)
    epochs.ensure(connection, Opening(Path("state.db"), created=True), "apl-test", NOW)
    yield connection
    connection.close()


@pytest.fixture
def series_tx() -> Iterator[sqlite3.Connection]:
    """A `series.db` in memory."""
    connection = fresh(SERIES)
    yield connection
    connection.close()
