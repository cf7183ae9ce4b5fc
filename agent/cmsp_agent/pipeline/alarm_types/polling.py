"""What polling finds of a component, its SNMP engine, and the way to all of them."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_types.once import once
from cmsp_agent.plugin.api import AlarmType

COMPONENT_DOWN = "component.down"
MANAGEMENT_LOST = "management.lost"
COMPONENT_DEGRADED = "component.degraded"
COMPONENT_UNRESOLVED = "component.unresolved"
APPLIANCE_ISOLATED = "appliance.isolated"
ROUTE_MISSING = "appliance.route_missing"
SERVICE_DOWN = "service.down"
CERTIFICATE_ENDS = "certificate.ends"
THRESHOLD_CROSSED = "kpi.threshold"
RESTARTED = "device.restarted"
"""Declared by device types: an event that nothing clears."""

ALARM_TYPES: tuple[AlarmType, ...] = (
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
        "{component} does not answer its management",
        cause=5,
        recommendation="Check its management address, SNMP credentials and access lists; "
        "run `cmsp-agent component show {component}`, which says what fails.",
    ),
    AlarmType(
        COMPONENT_DEGRADED,
        Severity.MINOR,
        "{component} can't be watched in full",
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
    AlarmType(
        ROUTE_MISSING,
        Severity.MAJOR,
        "The appliance has no route to some of the components",
        cause=1,
        responsible="partner",
        recommendation="Check the appliance's addresses, VLANs and routes (`ip route get ADDRESS`).",
    ),
    AlarmType(
        SERVICE_DOWN,
        Severity.MAJOR,
        "{component}: {object} does not work",
        cause=45,
        recommendation="Run `cmsp-agent component test {component}`, which says what comes back.",
    ),
    AlarmType(
        CERTIFICATE_ENDS,
        Severity.WARNING,
        "{component}: the certificate of {object} ends",
        cause=70,
        responsible="partner",
        recommendation="Have it renewed: when it ends, those who check it connect no more.",
    ),
    AlarmType(
        THRESHOLD_CROSSED,
        Severity.WARNING,
        "{component}: {object} has crossed its threshold",
        cause=60,
        recommendation="Run `cmsp-agent component kpis {component}`; `cmsp-agent threshold list` has the levels.",
    ),
    once(
        "snmp.engine.duplicate",
        Severity.WARNING,
        "Devices share one SNMP engine ID: {object}",
        "Give each device an engine ID of its own (`snmp-server engineID local`).",
    ),
    once(
        "snmp.engine.boots_reset",
        Severity.WARNING,
        "The SNMP engine of {object} counts its boots anew",
        "Nothing, where the device was replaced or reset; else find out who answers at the address.",
    ),
    once(
        "snmp.engine.changed",
        Severity.WARNING,
        "The SNMP engine of {object} is another one than before",
        "Nothing, where the device was exchanged or reset; else find out who answers at the address.",
    ),
    once(
        "snmp.engine.recovered",
        Severity.WARNING,
        "SNMPv3 with {object} works again after answers of no use",
        "Read what the event says of its REPORTs or answers, and update the device's software.",
    ),
)
