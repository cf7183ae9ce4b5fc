"""Who gets a backup: the order first, then the tier. A refusal names its reason and its source."""

from cmsp_agent.model.component import Component, Tier
from cmsp_agent.model.errors import Refused
from cmsp_agent.plugin.api import CliPlatform

_BY_TIER = {
    Tier.THIRD_PARTY: "third-party components are backed up by the partner unless the order says otherwise",
    Tier.END_OF_LIFE: "end-of-life components get no backup unless the order says otherwise",
    Tier.MONITORED_ONLY: "monitored-only components get no backup",
    Tier.BEST_EFFORT: "best-effort components get no backup",
    Tier.MANAGED: "backup is turned off for it",
}


def require_backup(component: Component, platform: CliPlatform | None) -> CliPlatform:
    """The way to read the component's configuration.

    Raises:
        Refused: the order or the tier does not grant it, or its device type has nothing to save.
    """
    plan = component.backup
    if not plan.enabled:
        reason = _BY_TIER[component.tier] if plan.source == "tier" else "the order grants it no backup"
        raise Refused(f"{component.name}: no backup: {reason} (source: {plan.source})")
    if platform is None:
        raise Refused(
            f"{component.name}: no backup: device type {component.type!r} has no configuration to read over SSH "
            "(source: device type)"
        )
    return platform


def require_restore(component: Component, platform: CliPlatform) -> tuple[Component, CliPlatform]:
    """The way to put the component's configuration back.

    Raises:
        Refused: the order does not grant it, or its device type has no way.
    """
    if not component.backup.restore:
        raise Refused(
            f"{component.name}: no restore: backup: {{restore: true}} is not said for it, or its tier or a missing "
            f"letter of authorisation forbids it (source: {component.backup.source})"
        )
    if platform.replacement is None:
        raise Refused(
            f"{component.name}: no restore: device type {component.type!r} has no way to take a configuration back; "
            f"show it and enter it by hand: cmsp-agent backup show {component.name} (source: device type)"
        )
    return component, platform
