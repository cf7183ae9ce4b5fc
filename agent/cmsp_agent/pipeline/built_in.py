"""The register of what the agent itself says: alarm types of every device, and of the appliance. Pure data.

A type that is told and not declared here fails a test.
"""

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.api import AlarmType

COMPONENT_DOWN = "component.down"
MANAGEMENT_LOST = "management.lost"
COMPONENT_DEGRADED = "component.degraded"
COMPONENT_UNRESOLVED = "component.unresolved"
APPLIANCE_ISOLATED = "appliance.isolated"
DEVICE_TYPE_MISSING = "device_type.missing"
UNKNOWN_TRAP = "trap.unknown"
UNKNOWN_SYSLOG = "syslog.unknown"


def _news(kind: str, severity: Severity, title: str, recommendation: str) -> AlarmType:
    """What happened once: an event that nothing clears, and no incident."""
    return AlarmType(kind, severity, title, incident=False, transient=True, recommendation=recommendation)


BUILT_IN = (
    AlarmType(
        COMPONENT_DOWN,
        Severity.CRITICAL,
        "{component} is down",
        impairs=frozenset("*"),
        cause=0,
        recommendation="Check power and cabling at the site, then the path to it.",
    ),
    AlarmType(
        MANAGEMENT_LOST,
        Severity.MAJOR,
        "{component} answers, but not to SNMP",
        cause=5,
        recommendation="Check the SNMP credentials and access lists; run `cmsp-agent component show {component}`.",
    ),
    AlarmType(
        COMPONENT_DEGRADED,
        Severity.MINOR,
        "{component} answers, but not all that is asked",
        cause=8,
        recommendation="Run `cmsp-agent component poll {component}`, which says what fails; check its credentials.",
    ),
    AlarmType(
        COMPONENT_UNRESOLVED,
        Severity.MAJOR,
        "The host name of {component} leads nowhere",
        cause=4,
        recommendation="Check the name in the configuration and the appliance's name servers, or write the address.",
    ),
    AlarmType(
        APPLIANCE_ISOLATED,
        Severity.CRITICAL,
        "The appliance has lost its link or its next hop",
        cause=0,
        responsible="partner",
        recommendation="Check the appliance's cable and the switch port or router that it is connected to.",
    ),
    AlarmType(UNKNOWN_TRAP, Severity.INDETERMINATE, "{component}: trap {object}", incident=False, transient=True),
    AlarmType(UNKNOWN_SYSLOG, Severity.INDETERMINATE, "{component}: {object}", incident=False, transient=True),
    AlarmType(
        "kpi.threshold",
        Severity.WARNING,
        "{component}: {object} has crossed its threshold",
        cause=60,
        recommendation="Run `cmsp-agent component kpis {component}`; `cmsp-agent threshold list` has the levels.",
    ),
    AlarmType(
        "backup.failed",
        Severity.MINOR,
        "No backup of {component}",
        responsible="partner",
        recommendation="Run `cmsp-agent backup run {component}`, which says what fails.",
    ),
    AlarmType(
        "headend.lost",
        Severity.MAJOR,
        "The head-end does not answer",
        incident=False,
        recommendation="Check the tunnel and the way to it; everything is kept until the head-end answers.",
    ),
    AlarmType(
        "headend.refused",
        Severity.MAJOR,
        "The head-end refuses the appliance",
        incident=False,
        recommendation="Ask the provider whether the appliance's certificate is valid and enrolled.",
    ),
    AlarmType(
        "clock.distrusted",
        Severity.WARNING,
        "The appliance's clock is far from the last known time",
        incident=False,
        recommendation="Check NTP, or say that the time is right with `cmsp-agent clock confirm`.",
    ),
    _news(
        "storage.corrupt",
        Severity.CRITICAL,
        "The database {object} was damaged and is started anew",
        "Check the appliance's disk; keep the file that was set aside.",
    ),
    _news(
        "storage.row_damaged",
        Severity.MAJOR,
        "A damaged row was set aside: {object}",
        "Check the appliance's disk; all other rows are in use.",
    ),
    _news(
        "storage.not_writable",
        Severity.CRITICAL,
        "The state directory can't be written",
        "Check who owns the directory, and whether its file system is full or read-only.",
    ),
    _news(
        "storage.lost",
        Severity.MAJOR,
        "Signals could not be stored",
        "Check the appliance's disk: space, and errors in the kernel's log.",
    ),
    _news(
        "outbox.evicted",
        Severity.MAJOR,
        "Records were evicted before the head-end had them",
        "Restore the link, or give the outbox a larger budget.",
    ),
    _news(
        "outbox.damaged",
        Severity.MAJOR,
        "Records of the outbox could not be read",
        "Run `cmsp-agent outbox check`; check the appliance's disk.",
    ),
    _news(
        "headend.record_refused",
        Severity.MINOR,
        "The head-end refused a record",
        "Look at it with `cmsp-agent outbox list`, and report it to the provider.",
    ),
    _news(
        "configuration.refused",
        Severity.MAJOR,
        "The configuration file was refused; the one before stays in force",
        "Run `cmsp-agent config check`, mend the file, and reload.",
    ),
    AlarmType(
        DEVICE_TYPE_MISSING,
        Severity.MINOR,
        "{component} runs without its device type {object}",
        incident=False,
        responsible="partner",
        recommendation="Run `cmsp-agent plugin list`, which says why; mend the plugin and restart the agent.",
    ),
    AlarmType(
        "configuration.differs",
        Severity.WARNING,
        "The file and the running agent differ: {object}",
        incident=False,
        responsible="partner",
        recommendation="Run `cmsp-agent config check`, mend the file, and reload or restart the agent.",
    ),
    AlarmType(
        "listen.failed",
        Severity.MAJOR,
        "The agent can't listen: {object}",
        incident=False,
        responsible="partner",
        recommendation="End the program that holds the port, or give `listen` or `api` another; it is tried again.",
    ),
    _news(
        "listen.closed",
        Severity.WARNING,
        "A socket that the file does not ask for was closed: {object}",
        "Nothing, where the file is right; else name the port under `listen` and restart the agent.",
    ),
    _news(
        "snmp.engine.duplicate",
        Severity.WARNING,
        "Devices share one SNMP engine ID: {object}",
        "Give each device an engine ID of its own (`snmp-server engineID local`).",
    ),
    _news(
        "snmp.engine.boots_reset",
        Severity.WARNING,
        "The SNMP engine of {object} counts its boots anew",
        "Nothing, where the device was replaced or reset; else find out who answers at the address.",
    ),
    _news(
        "snmp.engine.changed",
        Severity.WARNING,
        "The SNMP engine of {object} is another one than before",
        "Nothing, where the device was exchanged or reset; else find out who answers at the address.",
    ),
    _news(
        "snmp.engine.recovered",
        Severity.WARNING,
        "SNMPv3 with {object} works again after answers of no use",
        "Read what the event says of its REPORTs or answers, and update the device's software.",
    ),
    AlarmType(
        "messages.lost",
        Severity.MINOR,
        "Messages are lost: {object}",
        incident=False,
        responsible="partner",
        recommendation="Read which counter grows; make the device send less, or over TCP, or mend its TLS certificate.",
    ),
    AlarmType("agent.notice", Severity.WARNING, "{object}", incident=False, transient=True),
)
"""What every device can suffer, and the appliance itself."""
