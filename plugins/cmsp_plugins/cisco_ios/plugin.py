"""The device type `cisco_ios`: puts its data together. Data only: see the modules beside this one."""

from cmsp_agent.plugin.api import DeviceType, Fact, Identity, hook
from cmsp_plugins.cisco_ios import calls, notifications, sensors, voice
from cmsp_plugins.cisco_ios.alarms import ALARMS
from cmsp_plugins.cisco_ios.cli import CLI
from cmsp_plugins.cisco_ios.kpis import KPIS
from cmsp_plugins.cisco_ios.personal import PERSONAL
from cmsp_plugins.cisco_ios.products import CISCO_PRODUCTS, PRODUCTS
from cmsp_plugins.cisco_ios.setup import SETUP
from cmsp_plugins.cisco_ios.shown import TABLES
from cmsp_plugins.cisco_ios.states import STATES
from cmsp_plugins.cisco_ios.syslog import SYSLOG
from cmsp_plugins.cisco_ios.traps import TRAPS

API_VERSION = 1

XE = r"IOS-?XE|IOS XE|LINUX_IOSD|Virtual XE|\bCAT[39]K|Software \[[A-Z][a-z]+\]"
"""What sysDescr of IOS-XE has and that of IOS has not: image names and code names (`[Cupertino]`)."""

CISCO_IOS = DeviceType(
    name="cisco_ios",
    title="Cisco IOS gateway or switch (ISR G1 and G2, VG, SRST)",
    sys_object_ids=(CISCO_PRODUCTS,),
    sys_descr=rf"(?s)\A(?!.*(?:{XE}))(?=.*(?:\bIOS\b(?! XR)|IOS \(tm\)|^IE1000 |^Global Site Selector))",
    descr_is_enough=True,
    identity=Identity(vendor="Cisco", os="ios", version=(Fact(pattern=r"\bVersion:?\s+([^,\s]+)"),), products=PRODUCTS),
    alarms=(*ALARMS, *notifications.ALARMS, *sensors.ALARMS, *voice.ALARMS),
    traps=(*TRAPS, *notifications.TRAPS),
    ignored_traps=notifications.CALL_NOISE,
    syslog=SYSLOG,
    states=(*STATES, *sensors.STATES, *voice.STATES),
    kpis=(*KPIS, *sensors.KPIS, *voice.KPIS),
    calls=calls.HISTORIES,
    call_messages=calls.MESSAGES,
    tables=TABLES,
    cli=CLI,
    setup=SETUP,
    personal=PERSONAL,
    proven=("identity", "kpis", "states"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_IOS]
