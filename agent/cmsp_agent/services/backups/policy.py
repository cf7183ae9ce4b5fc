"""Who gets a backup and a restore: by what was bought (model.entitlement), and by what the device type has."""

from cmsp_agent.model.component import Component
from cmsp_agent.model.entitlement import ServicePart, require
from cmsp_agent.model.errors import Refused
from cmsp_agent.plugin.api import CliPlatform


def require_backup(component: Component, platform: CliPlatform | None) -> CliPlatform:
    """The way to read the component's configuration.

    Raises:
        Refused: the order or the tier does not grant it, or its device type has nothing to save.
    """
    require(component, ServicePart.BACKUP)
    if platform is None:
        raise Refused(
            f"{component.name}: no backup: device type {component.type!r} has no configuration that can be read "
            "(source: device type)"
        )
    return platform


def require_restore(component: Component, platform: CliPlatform) -> tuple[Component, CliPlatform]:
    """The way to put the component's configuration back.

    Raises:
        Refused: the order does not grant it, or its device type has no way.
    """
    require(component, ServicePart.CHANGE)
    if platform.replacement is None:
        raise Refused(
            f"{component.name}: no restore: device type {component.type!r} has no way to take a configuration back; "
            f"show it and enter it by hand: cmsp-agent backup show {component.name} (source: device type)"
        )
    return component, platform
