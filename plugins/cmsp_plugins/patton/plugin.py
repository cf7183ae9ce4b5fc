"""The device type `patton`: what any SNMP device has, and where this one says who it is. Data only."""

from cmsp_agent.plugin.api import DeviceType, Fact, Identity, hook
from cmsp_plugins.patton.setup import SETUP

API_VERSION = 1

PATTON = DeviceType(
    name="patton",
    title="Patton gateway (SmartNode)",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.1768",),
    identity=Identity(
        vendor="Patton",
        os="patton",
        # SmartWare: a release and the day of its build; Trinity: numbers
        version=(Fact(pattern=r"\b(R\d+\.\w+(?: \d{4}-\d\d-\d\d)?)"), Fact(pattern=r"\bTrinity \D*(\d+\.[\w.-]+)")),
        model=(Fact(pattern=r"\b(SN\d{3,5}\b[\w/-]*)"), Fact(pattern=r"\b(SmartNode \d+[\w/-]*)")),
    ),
    setup=SETUP,
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [PATTON]
