"""What a component gets, as the API shows it."""

from dataclasses import asdict

from cmsp_agent.api.views.view import View
from cmsp_agent.model.component import Component
from cmsp_agent.model.entitlement import entitlements
from cmsp_agent.model.natural import natural_order
from cmsp_agent.services.order.findings import day_of, deadlines
from cmsp_agent.services.order.watch import OrderWatch


def services_view(component: Component) -> View:
    """Part of the service → level, why and source."""
    return {
        part.value: {"level": found.level, "granted": found.granted, "source": found.source, "why": found.why}
        for part, found in entitlements(component).items()
    }


def order_view(watch: OrderWatch) -> View:
    """The order, what ends when, and what each component gets."""
    order, components, days = watch.order, dict(natural_order(watch.components())), watch.days
    return {
        "id": order.id,
        "effective": order.effective.isoformat() if order.effective else None,
        "ends": order.ends.isoformat() if order.ends else None,
        "ordered": order.components,
        "named": len(components),
        "deadlines": [
            {
                **asdict(each),
                "until": each.until.isoformat(),
                "state": each.state(day_of(each, components, days), watch.warned),
            }
            for each in deadlines(order, components.values())
        ],
        "components": [
            {"component": name, "tier": each.tier.value, "services": services_view(each)}
            for name, each in components.items()
        ],
    }
