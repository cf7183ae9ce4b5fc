"""The device type `audiocodes`: what any SNMP device has, and the state that AC-SYSTEM-MIB has. Data only."""

from cmsp_agent.plugin.api import NOT_AVAILABLE, DeviceType, Fact, Identity, Kpi, hook
from cmsp_plugins.audiocodes import calls, states, traps
from cmsp_plugins.audiocodes.configuration import CONFIGURATION
from cmsp_plugins.audiocodes.setup import SETUP

API_VERSION = 1

PRODUCTS = "1.3.6.1.4.1.5003.8.1.1"
MODELS = (
    *((2, "MP-108"), (3, "MP-124"), (31, "Mediant 2000"), (47, "Mediant 1000"), (49, "Mediant 3000"), (56, "MP-118")),
    *((57, "MP-114"), (58, "MP-112"), (65, "Mediant 600"), (67, "Mediant 1000 MSBG"), (68, "Mediant 600 MSBG")),
    *((69, "MP-500 MSBG"), (71, "Mediant 1000 ESBC")),
)
"""acProducts; what is newer is not in the MIB."""

HOOKS = ("1.3.6.1.4.1.5003.9.10.8.2.20.1.1.4", "1.3.6.1.4.1.5003.9.10.1.4.1.1.18")
"""acAnalogFxsFxoHookState, and the older table: the analogue ports, telephones and lines alike."""

AUDIOCODES = DeviceType(
    name="audiocodes",
    title="AudioCodes gateway or SBC (MediaPack, Mediant)",
    like="generic_snmp",
    sys_object_ids=(PRODUCTS,),
    identity=Identity(
        vendor="AudioCodes",
        os="audiocodes",
        version=(Fact("1.3.6.1.4.1.5003.9.10.10.2.2.1.0"), Fact(pattern=r";\s*SW Version:\s*(\S+)")),
        model=(Fact("1.3.6.1.4.1.5003.9.10.10.2.3.1.0"), Fact(pattern=r"^Product:\s*([^;]+)")),
        serial=(Fact("1.3.6.1.4.1.5003.9.10.10.2.3.2.0"),),
        products=tuple((f"{PRODUCTS}.{number}", model) for number, model in MODELS),
    ),
    alarms=(*states.ALARMS, *traps.ALARMS),
    traps=traps.TRAPS,
    ignored_traps=(traps.KEEP_ALIVE,),
    states=states.STATES,
    kpis=(
        Kpi("device.temperature", "°C", (f"{states.SYSTEM}.5.1.0",), absent=(0, *NOT_AVAILABLE)),
        Kpi("cpu.dataplane", "percent", (f"{states.SYSTEM}.5.8.0",), absent=NOT_AVAILABLE),
        Kpi("memory.dataplane", "percent", (f"{states.SYSTEM}.5.9.0",), absent=NOT_AVAILABLE),
        # off the hook: 2 in AC-ANALOG-MIB, 0 in the older table; 1 is on it in both
        Kpi("voiceport.off_hook", "ports", HOOKS, counts=frozenset({0, 2}), aggregate="sum"),
        # no MIB names it; the active calls of an SBC of 7.4 and later
        Kpi("calls.active", "calls", ("1.3.6.1.4.1.5003.15.3.1.1.1.2.0",)),
        *calls.KPIS,
    ),
    cli=CONFIGURATION,
    setup=SETUP,
    proven=("identity",),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [AUDIOCODES]
