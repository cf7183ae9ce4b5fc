"""Backups."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.api import AlarmType

ALARM_TYPES: tuple[AlarmType, ...] = (
    AlarmType(
        "backup.failed",
        Severity.MINOR,
        "No backup of {component}",
        responsible="partner",
        recommendation="Run `cmsp-agent backup run {component}`, which says what fails.",
    ),
    AlarmType(
        "backup.suspect",
        Severity.MINOR,
        "The configuration of {component} is suspect",
        recommendation="Compare: `cmsp-agent backup diff {component} suspect --against latest`; accept it where it is "
        "right: `cmsp-agent backup accept {component}`. Else look at the rights of the login.",
    ),
    AlarmType(
        "config.unsaved",
        Severity.WARNING,
        "{component} runs a configuration that it would not start with",
        incident=False,
        responsible="partner",
        recommendation="Save it on the device (`write memory`), or restart the device to drop what was tried. How long "
        "it may wait: `services: {backup: {unsaved_after: …}}`.",
    ),
    AlarmType(
        "backup.damaged",
        Severity.MINOR,
        "The stored backup of {component} was damaged or gone",
        recommendation="It was written again. Look at the backup storage: `cmsp-agent backup verify`.",
    ),
    AlarmType(
        "backup.version_damaged",
        Severity.MINOR,
        "An older backup of {component} can't be read: {object}",
        incident=False,
        responsible="partner",
        recommendation="Look at the backup storage: `cmsp-agent backup verify {component}`. Bring the file back from a"
        " copy of the storage, or let the retention remove the version.",
    ),
    AlarmType(
        "restore.failed",
        Severity.MAJOR,
        "The configuration of {component} could not be put back",
        recommendation="The text says what the device runs now. Compare it: `cmsp-agent backup run {component}`, then "
        "`cmsp-agent backup diff {component}`.",
    ),
    AlarmType(
        "restore.interrupted",
        Severity.MAJOR,
        "The agent ended while a configuration was put back on {component}",
        recommendation="Wait until the device has gone back by itself, then look: `cmsp-agent backup run {component}`.",
    ),
    AlarmType(
        "backup.rehearsal",
        Severity.MINOR,
        "The newest backup of {component} could not be put back",
        recommendation="Read why: `cmsp-agent backup rehearse {component}`; then take another: "
        "`cmsp-agent backup run {component}`.",
    ),
    AlarmType(
        "backups.storage",
        Severity.MAJOR,
        "The backup storage can't be used: {object}",
        incident=False,
        responsible="partner",
        recommendation="Mount the storage and check its owner. Where it holds backups of another key: restore that key"
        " with `cmsp-agent backup restore-key`, or begin a second set with `cmsp-agent backup new-set`.",
    ),
    AlarmType(
        "backups.storage_slow",
        Severity.WARNING,
        "The backup storage is slow: {object}",
        incident=False,
        responsible="partner",
        recommendation="Look at the mount, the disk and the server behind it. A backup whose file takes longer than a"
        " minute fails, and is tried again.",
    ),
)
