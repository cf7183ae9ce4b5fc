"""Alarm types of what happens once."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.api import AlarmType


def once(kind: str, severity: Severity, title: str, recommendation: str) -> AlarmType:
    """What happened once: an event that nothing clears, and no incident."""
    return AlarmType(kind, severity, title, incident=False, transient=True, recommendation=recommendation)
