"""The device type `cisco_ios`: puts its data together. Data only: see the modules beside this one."""

from cmsp_agent.plugin.api import DeviceType, hook
from cmsp_plugins.cisco_ios.alarms import ALARMS
from cmsp_plugins.cisco_ios.cli import CLI
from cmsp_plugins.cisco_ios.personal import PERSONAL
from cmsp_plugins.cisco_ios.polling import KPIS, STATES
from cmsp_plugins.cisco_ios.syslog import SYSLOG
from cmsp_plugins.cisco_ios.traps import TRAPS

API_VERSION = 1

CISCO_PRODUCTS = "1.3.6.1.4.1.9.1"
"""CISCO-PRODUCTS-MIB ciscoProducts: every ISR, VG, Catalyst and ASR; sysDescr tells IOS from what else Cisco makes."""

CISCO_IOS = DeviceType(
    name="cisco_ios",
    title="Cisco IOS or IOS-XE gateway (ISR, Catalyst 8000, CUBE, VG, SRST)",
    sys_object_ids=(CISCO_PRODUCTS,),
    sys_descr=r"(?:\bIOS\b(?! XR)|IOS-XE|IOS \(tm\))",
    alarms=ALARMS,
    traps=TRAPS,
    syslog=SYSLOG,
    states=STATES,
    kpis=KPIS,
    cli=CLI,
    personal=PERSONAL,
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_IOS]
