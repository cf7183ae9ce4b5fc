"""The device type `linux_host`: what any SNMP device has, and where this one says who it is. Data only."""

from cmsp_agent.plugin.api import DeviceType, Fact, Identity, hook
from cmsp_plugins.linux_host import sensors
from cmsp_plugins.linux_host.appliances import SIGNS
from cmsp_plugins.linux_host.setup import SETUP

API_VERSION = 1

MACHINES = r"(?:x86_64|amd64|i[3-6]86|aarch64|armv[678]\w*|ppc64(?:le)?|riscv64|s390x|sparc64)"
APPLIANCE = r"(?:-lsp-|-dvf-|spear3xx|\.rb\d|\.g[0-9a-f]{7}[.-]|-al-\d|-uc\d)"
"""Marks of the kernels of appliances."""
LINUX = rf"^Linux (?!UBNT|RUT\d|GXW|HT8)(?:\S+ )?(?!\S*{APPLIANCE})\d\S* (?:#\d|SMP ).*\b{MACHINES}\b"

LINUX_HOST = DeviceType(
    name="linux_host",
    title="Linux host with net-snmp",
    like="generic_snmp",
    sys_object_ids=tuple(f"1.3.6.1.4.1.8072.3.2.{system}" for system in (10, 255)),  # linux, and one not known
    sys_descr=LINUX,
    descr_is_enough=True,
    not_with=SIGNS,
    identity=Identity(os="linux", version=(Fact(pattern=r"^Linux (?:[^\s.]\S* )?(\d+\.\S+)"),)),
    kpis=sensors.KPIS,
    setup=SETUP,
    proven=("identity", "kpis"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [LINUX_HOST]
