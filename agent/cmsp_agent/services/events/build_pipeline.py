"""The pipeline that a configuration asks for."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from cmsp_agent.config.configuration import Configuration, Note
from cmsp_agent.config.rule_files import rule_files_of
from cmsp_agent.model.component import Component
from cmsp_agent.pipeline.activation import ActivationPlan
from cmsp_agent.pipeline.impact import Customer
from cmsp_agent.pipeline.normalise import Inventory
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.rules.load import load_rules
from cmsp_agent.pipeline.rules.unknown_names import unknown_names
from cmsp_agent.pipeline.silences import SilenceRegister, Silences
from cmsp_agent.services.runtime import Runtime

DEEMED_ACTIVE_AFTER = timedelta(days=90)
"""After the order's effective date, where the plan has no day."""


def make_pipeline(
    configuration: Configuration,
    components: Mapping[str, Component],
    inventory: Inventory,
    runtime: Runtime,
    register: SilenceRegister,
    activated: Callable[[str], int | None],
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
        activation=activation_plan(configuration, activated),
        stability=round(configuration.stability * 1000),
        rules=load_rules(rule_files_of(configuration), configuration.zones)[0],
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


def activation_plan(configuration: Configuration, activated: Callable[[str], int | None]) -> ActivationPlan:
    """When each site is deemed active: on the day in the plan.

    Without one, when a component was activated (it answered, and all of it was read once), or 90 days after the order's
    effective date, whichever comes first. Without either day, at once.
    """
    order = configuration.order
    if order.activation is not None:
        return ActivationPlan(_beginnings(configuration, order.activation))
    if order.effective is not None:
        return ActivationPlan(_beginnings(configuration, order.effective + DEEMED_ACTIVE_AFTER), activated)
    return ActivationPlan()


def _beginnings(configuration: Configuration, day: date) -> Mapping[str, int]:
    """Site → the beginning of the day there, ms since the epoch."""
    begins = {name: datetime.combine(day, time.min, site.timezone) for name, site in configuration.sites.items()}
    return {name: round(moment.timestamp() * 1000) for name, moment in begins.items()}


def check_rules(configuration: Configuration) -> list[Note]:
    """Read the files of rules; return what a person should know about them.

    Raises:
        ConfigurationError: with every mistake.
    """
    rules, warnings = load_rules(rule_files_of(configuration))
    warnings += unknown_names(rules, {"component": configuration.components, "site": configuration.sites})
    return [Note("rules", 0, f"{warning.file}:{warning.line}: {warning.text}") for warning in warnings]
