"""The device type `cisco_iosxe`: what `cisco_ios` has, under the name of the newer system. Data only."""

from importlib.resources import files

from cmsp_agent.plugin.api import DeviceType, Fact, Identity, hook

API_VERSION = 1

XE = r"IOS-?XE|IOS XE|LINUX_IOSD|Virtual XE|\bCAT[39]K|Software \[[A-Z][a-z]+\]"
"""What sysDescr of IOS-XE has and that of IOS has not: image names and code names (`[Cupertino]`)."""

CISCO_PRODUCTS = "1.3.6.1.4.1.9.1"
"""CISCO-PRODUCTS-MIB ciscoProducts."""
_ROWS = (files("cmsp_plugins.cisco_iosxe") / "products.tsv").read_text("utf-8").splitlines()[1:]
PRODUCTS = tuple((f"{CISCO_PRODUCTS}.{number}", model) for number, _, model in (row.partition("\t") for row in _ROWS))

CISCO_IOSXE = DeviceType(
    name="cisco_iosxe",
    title="Cisco IOS-XE gateway or switch (ISR 4000, Catalyst 8000 and 9000, ASR 1000, CUBE)",
    like="cisco_ios",
    sys_object_ids=(CISCO_PRODUCTS,),
    sys_descr=XE,
    descr_is_enough=True,
    identity=Identity(
        vendor="Cisco",
        os="iosxe",
        version=(Fact(pattern=r"\bVersion:?\s+(?:[A-Z][a-z]+\s+)?([^,\s]+)"),),
        products=PRODUCTS,
    ),
    proven=("identity",),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_IOSXE]
