"""Who gets a backup and a restore: what the order and the tier grant (model.entitlement) and the device type can do."""

from cmsp_agent.model.component import Component
from cmsp_agent.model.entitlement import ServicePart, require
from cmsp_agent.model.errors import Refused
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.ssh_reading import by_web


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
    if platform.replacement is None and platform.upload is not None:
        return _require_upload(component, platform)
    if platform.replacement is None:
        raise Refused(
            f"{component.name}: no restore: device type {component.type!r} has no way to take a configuration back; "
            f"show it and enter it by hand: cmsp-agent backup show {component.name} (source: device type)"
        )
    return component, platform


def _require_upload(component: Component, platform: CliPlatform) -> tuple[Component, CliPlatform]:
    """Raises Refused where the component does not permit it, or is not read as the file that would be uploaded."""
    if not component.backup.upload:
        raise Refused(
            f"{component.name}: no restore: uploading the file to a device of type {component.type!r} is documented, "
            "but not proven; turn it on with `services: {backup: {upload: yes}}` (source: component)"
        )
    if not by_web(component, platform):
        raise Refused(f"{component.name}: no restore: its file is uploaded by HTTP, and it has no login for that")
    return component, platform
