"""Backups, and the SSH sessions that read them."""

from cmsp_agent.model.counters.declaration import Counter, declared

COUNTERS: tuple[Counter, ...] = (
    *declared(
        "component",
        {
            "backups.manifest_copy_failed": "Copies of a manifest that could not be written",
        },
        loss=True,
    ),
    *declared(
        "reason",
        {
            "cli.failed": "SSH sessions that failed",
        },
        loss=True,
    ),
    *declared(
        "component",
        {
            "backups.failed": "Backups that failed",
            "backups.lines_taken_out": "Log lines and times that a terminal had mixed into a configuration",
            "backups.suspect": "Backups kept apart because they are unlike the one before",
            "backups.removed": "Versions of configurations that the retention did not keep",
            "backups.refused": "Backups refused, as the order does not give them to the component",
            "backups.rewritten": "Backups equal to the one before, whose stored copy was lost: written again",
            "backups.stored": "Backups that were stored as a new version",
            "backups.unchanged": "Backups equal to the one before",
        },
    ),
    *declared(
        "reason",
        {
            "cli.host_keys": "SSH host keys seen for the first time",
            "cli.sessions": "SSH sessions with devices",
        },
    ),
)
