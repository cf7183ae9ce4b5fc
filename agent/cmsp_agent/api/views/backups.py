"""A backup as the API shows it."""

from cmsp_agent.api.views.view import View
from cmsp_agent.model.backup import Backup
from cmsp_agent.model.times import rfc3339


def backup_view(backup: Backup) -> View:
    """A version; its place in the store and its fingerprint stay inside."""
    return {
        "id": backup.id,
        "component": backup.component,
        "taken_at": rfc3339(backup.taken_at),
        "verified_at": rfc3339(backup.verified_at),
        "size": backup.size,
        "lines": backup.lines,
        "reason": backup.reason,
        "known_good": backup.known_good,
        "suspect": backup.suspect,
    }
