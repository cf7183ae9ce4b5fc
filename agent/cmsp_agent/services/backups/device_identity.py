"""Which device a stored configuration is of: a component keeps its versions when another device gets its name. Pure.

A device is known by its serial number; where either is not known, nothing is said.
"""

from cmsp_agent.model.backup import Backup


def not_known(component: str) -> str:  # noqa: ARG001
    """No device has said its serial number yet."""
    return ""


def of_another(version: Backup, serial: str) -> str:
    """That a version is not of the device that its component is now, in words; empty where it is.

    Args:
        version: with the serial number of its device.
        serial: of the component's present device.
    """
    if serial in ("", version.serial) or not version.serial:
        return ""
    here = f"{version.component} is the device with serial number {serial} now"
    return f"version {version.id} is of the device with serial number {version.serial}, and {here}"


def between_devices(older: str, newer: str) -> str:
    """That two configurations are of two devices, given their serial numbers; empty where they are of one."""
    if not older or not newer or older == newer:
        return ""
    return f"of two devices: the older one has serial number {older}, the newer one {newer}"
