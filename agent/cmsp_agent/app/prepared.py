"""A configuration made ready to be used: all that can fail is done here, before anything that runs is touched."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.device_types import check_types
from cmsp_agent.model.component import Component
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.pipeline.impact import Customer
from cmsp_agent.pipeline.maintenance import MaintenanceWindows
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.rules.load import load_rules, rule_files
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.inventory import Devices
from cmsp_agent.services.devices.names import Names
from cmsp_agent.services.receiving.traps import Agreed, agreed_by
from cmsp_agent.transports.snmp.users import UsmUser, user_from

AUTO = "auto"
"""The type of a component that is to be identified by asking it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the running parts take over together."""

    configuration: Configuration
    components: Mapping[str, Component]
    """With addresses in place of names."""
    pipeline: Pipeline
    agreed: Mapping[str, Agreed]
    users: tuple[UsmUser, ...]
    """SNMPv3 users whose traps and informs are read."""
    relays: tuple[str, ...]
    """Addresses of the senders that may speak for others."""
    missing: Mapping[str, str]
    """Components whose device type no plugin brings, with that type; they run as a more general one."""


def prepare(
    configuration: Configuration,
    registry: Registry,
    names: Names,
    devices: Devices,
    counters: Counters,
    tolerated: Collection[str] | None = None,
) -> Prepared:
    """Build what the running parts need of a configuration.

    Args:
        configuration: as the file says.
        registry: the device types that there are.
        names: where host names lead.
        devices: what is known of the devices.
        counters: for the pipeline's counts.
        tolerated: device types that may be missing; None: any.

    Raises:
        ConfigurationError: a device type that is missing and not tolerated, a secret that is missing, a credential of
            no use.
    """
    typed = check_types(configuration, registry.types, tolerated)
    configuration = typed.configuration
    components = components_of(configuration, names, devices)
    return Prepared(
        configuration,
        components,
        Pipeline(
            components,
            customer_of(configuration),
            devices,
            counters,
            mask_personal=configuration.privacy.mask_numbers,
            maintenance=MaintenanceWindows(configuration.sites),
            rules=load_rules(rule_files(configuration.rules, configuration.file.parent))[0],
        ),
        agreed_by(components.values()),
        tuple(users_of(components.values())),
        names.literals(configuration.relays),
        typed.missing,
    )


def components_of(configuration: Configuration, names: Names, devices: Devices) -> dict[str, Component]:
    """The components with what was learned since the file was read: where their names lead, what their types are."""
    return {
        name: names.literal(regrouped(configuration, component, devices))
        for name, component in configuration.components.items()
    }


def regrouped(configuration: Configuration, component: Component, devices: Devices) -> Component:
    """The component as its groups make it: those that match a device type apply once the device was identified."""
    if component.type != AUTO or devices.facts(component.name) is None:
        return component
    return configuration.identified(component.name, devices.device_type(component.name).name)


def customer_of(configuration: Configuration) -> Customer:
    """The whole that an incident's shares are of."""
    customer = configuration.customer
    return Customer(
        people=customer.people,
        sites=customer.sites,
        components=customer.components,
        people_at={name: site.people for name, site in configuration.sites.items()},
    )


def users_of(components: Iterable[Component]) -> Iterable[UsmUser]:
    """Each SNMPv3 user once."""
    seen: set[SnmpCredential] = set()
    for component in components:
        credential = component.credentials.snmp
        if credential is not None and credential.version == "3" and credential not in seen:
            seen.add(credential)
            yield _user(component.name, credential)


def _user(component: str, credential: SnmpCredential) -> UsmUser:
    try:
        return user_from(credential)
    except ValueError as error:
        raise ConfigurationError([Problem("", 0, f"components.{component}.credentials", str(error))]) from error
