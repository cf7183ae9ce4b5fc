"""The pipeline that a configuration asks for."""

from collections.abc import Mapping
from datetime import datetime, time, tzinfo

from cmsp_agent.config.configuration import Configuration, Note
from cmsp_agent.config.rule_files import rule_files_of
from cmsp_agent.model.component import Component
from cmsp_agent.pipeline.impact import Customer
from cmsp_agent.pipeline.normalise import Inventory
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.rules.load import load_rules
from cmsp_agent.pipeline.silences import SilenceRegister, Silences
from cmsp_agent.services.runtime import Runtime


def make_pipeline(
    configuration: Configuration,
    components: Mapping[str, Component],
    inventory: Inventory,
    runtime: Runtime,
    register: SilenceRegister,
) -> Pipeline:
    """Everything that judges signals, ready.

    Raises:
        ConfigurationError: a file of rules can't be used.
    """
    return Pipeline(
        components,
        customer_of(configuration),
        inventory,
        runtime.counters,
        mask_personal=configuration.privacy.mask_numbers,
        silences=Silences(configuration.sites, components, register),
        active_from=active_from(configuration),
        stability=round(configuration.stability * 1000),
        rules=load_rules(rule_files_of(configuration), zones_of(configuration))[0],
        new_id=runtime.machine.new_id,
    )


def customer_of(configuration: Configuration) -> Customer:
    """The whole that an incident's shares are of."""
    customer = configuration.customer
    return Customer(
        people=customer.people,
        sites=customer.sites,
        components=customer.components,
        people_at={name: site.people for name, site in configuration.sites.items()},
    )


def active_from(configuration: Configuration) -> Mapping[str, int]:
    """Site → when its service becomes active (ms): at the beginning of the day in the plan; none without a plan."""
    day = configuration.order.activation
    if day is None:
        return {}
    begins = {name: datetime.combine(day, time.min, site.timezone) for name, site in configuration.sites.items()}
    return {name: round(moment.timestamp() * 1000) for name, moment in begins.items()}


def zones_of(configuration: Configuration) -> Mapping[str, tzinfo]:
    """Site → its time zone, by which rules hold at certain hours."""
    return {name: site.timezone for name, site in configuration.sites.items()}


def check_rules(configuration: Configuration) -> list[Note]:
    """Read the files of rules; return what a person should know about them.

    Raises:
        ConfigurationError: with every mistake.
    """
    _, warnings = load_rules(rule_files_of(configuration))
    return [Note(warning.path or "rules", warning.line, warning.text) for warning in warnings]
