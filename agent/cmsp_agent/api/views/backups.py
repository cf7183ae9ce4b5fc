"""A backup as the API shows it."""

from dataclasses import asdict

from cmsp_agent.api.views.view import View
from cmsp_agent.model.backup import Backup
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.backups.history import ConfigurationChange
from cmsp_agent.services.backups.storage_estimate import StorageNeed


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
        "serial": backup.serial,
    }


def change_view(change: ConfigurationChange) -> View:
    """A version beside the one before it."""
    lines = change.lines
    return {
        "backup": change.version.id,
        "before": change.before.id if change.before else None,
        "taken_at": rfc3339(change.version.taken_at),
        "reason": change.version.reason,
        "added": lines.added if lines else None,
        "removed": lines.removed if lines else None,
        "sections": list(lines.sections) if lines else [],
        "reports": [{"at": rfc3339(each.at), "text": each.text} for each in change.reports],
    }


def need_view(need: StorageNeed) -> View:
    """The storage that a retention needs in all."""
    return {
        "retention": asdict(need.counts),
        "versions_at_most": need.versions_at_most,
        "used": need.used,
        "needed": need.needed,
        "free": need.free,
        "enough": need.enough,
    }
