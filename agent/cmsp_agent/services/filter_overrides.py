"""Writes into the audit log which filters may touch the ways to emergency numbers, and who approved that."""

import sqlite3
from collections.abc import Sequence

from cmsp_agent.aio.clock import Clock
from cmsp_agent.pipeline.rules.rule import FilterRule
from cmsp_agent.services.audit import AuditEntry, AuditLog

ACTION = "rules: override for emergency numbers"


async def audit_overrides(audit: AuditLog, filters: Sequence[FilterRule], clock: Clock) -> None:
    """One entry for each such rule that is in force now.

    Raises:
        StorageError: the audit log can't be written.
    """
    now = clock.now()
    entries = [
        AuditEntry(now, rule.override, "local", ACTION, rule.name, "in force", f"{rule.origin}: {rule.condition.text}")
        for rule in filters
        if rule.override
    ]

    def write(tx: sqlite3.Connection) -> None:
        for entry in entries:
            audit.append(tx, entry)

    if entries:
        await audit.database.write(write)
