"""The register of what the agent itself says, gathered from the domains that declare it. Pure data.

A type that is reported and not declared fails a test.
"""

from cmsp_agent.pipeline.alarm_types import (
    backups,
    configuration,
    emergency,
    inventory,
    link,
    notify,
    order,
    polling,
    process,
    receiving,
    security,
    sinks,
    storage,
)
from cmsp_agent.pipeline.alarm_types.configuration import DEVICE_TYPE_MISSING
from cmsp_agent.pipeline.alarm_types.polling import (
    APPLIANCE_ISOLATED,
    COMPONENT_DEGRADED,
    COMPONENT_DOWN,
    COMPONENT_UNRESOLVED,
    MANAGEMENT_LOST,
    RESTARTED,
    THRESHOLD_CROSSED,
)
from cmsp_agent.pipeline.alarm_types.receiving import UNKNOWN_SYSLOG, UNKNOWN_TRAP
from cmsp_agent.plugin.api import AlarmType

__all__ = [
    "APPLIANCE_ISOLATED",
    "BUILT_IN",
    "COMPONENT_DEGRADED",
    "COMPONENT_DOWN",
    "COMPONENT_UNRESOLVED",
    "DEVICE_TYPE_MISSING",
    "MANAGEMENT_LOST",
    "RESTARTED",
    "THRESHOLD_CROSSED",
    "UNKNOWN_SYSLOG",
    "UNKNOWN_TRAP",
]

_DOMAINS = (
    receiving,
    polling,
    storage,
    link,
    notify,
    backups,
    emergency,
    inventory,
    configuration,
    process,
    security,
    sinks,
    order,
)

BUILT_IN: tuple[AlarmType, ...] = tuple(alarm for domain in _DOMAINS for alarm in domain.ALARM_TYPES)
