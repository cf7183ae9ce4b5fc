"""The device type `linux_host`: what any SNMP device has, and where this one says who it is. Data only."""

from cmsp_agent.plugin.api import DeviceType, Fact, Identity, hook
from cmsp_plugins.linux_host import sensors
from cmsp_plugins.linux_host.setup import SETUP

API_VERSION = 1

MACHINES = r"(?:x86_64|i[3-6]86|aarch64|armv[67]\w*|ppc64le|s390x)"
APPLIANCE = r"(?:-lsp-|-dvf-|spear3xx|\.rb\d|-al-\d|-uc\d)"
"""Uptime of the kernels of appliances."""
LINUX = rf"^Linux (?!UBNT|RUT\d|GXW|HT8)\S+ (?!\S*{APPLIANCE})\d\S* #\d.*\b{MACHINES}\b"

LINUX_HOST = DeviceType(
    name="linux_host",
    title="Linux host with net-snmp",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.8072.3.2.10",),
    sys_descr=LINUX,
    identity=Identity(os="linux", version=(Fact(pattern=r"^Linux \S+ (\S+)"),)),
    kpis=sensors.KPIS,
    setup=SETUP,
    proven=("identity", "kpis"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [LINUX_HOST]
