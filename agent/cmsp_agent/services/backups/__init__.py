"""Configurations of devices: read, verified, stored encrypted, compared, shown. `service` puts it together."""

from cmsp_agent.services.backups.copies import ManifestCopies
from cmsp_agent.services.backups.job import backup_job
from cmsp_agent.services.backups.manifest import Contents, Manifest
from cmsp_agent.services.backups.outcome import BackupOutcome, Directory
from cmsp_agent.services.backups.recovery import recover
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.services.backups.ssh_reading import SshReader
from cmsp_agent.services.backups.when_reported import BackupAfterChange

__all__ = [
    "BackupAfterChange",
    "BackupOutcome",
    "Backups",
    "Contents",
    "Directory",
    "Manifest",
    "ManifestCopies",
    "SshReader",
    "backup_job",
    "recover",
]
