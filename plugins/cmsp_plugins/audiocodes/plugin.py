"""The device type `audiocodes`: what any SNMP device has, and where this one tells who it is. Data only."""

from cmsp_agent.plugin.api import DeviceType, Fact, Identity, hook

API_VERSION = 1

AUDIOCODES = DeviceType(
    name="audiocodes",
    title="AudioCodes gateway or SBC (MediaPack, Mediant)",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.5003.8.1.1",),
    identity=Identity(
        vendor="AudioCodes",
        os="audiocodes",
        version=(Fact("1.3.6.1.4.1.5003.9.10.10.2.2.1.0"), Fact(pattern=r";\s*SW Version:\s*(\S+)")),
        model=(Fact("1.3.6.1.4.1.5003.9.10.10.2.3.1.0"), Fact(pattern=r"^Product:\s*([^;]+)")),
        serial=(Fact("1.3.6.1.4.1.5003.9.10.10.2.3.2.0"),),
    ),
    proven=("identity",),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [AUDIOCODES]
