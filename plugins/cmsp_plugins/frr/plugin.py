"""The device type `frr`: a router with FRRouting. A Linux host whose configuration `vtysh` shows. Data only."""

from cmsp_agent.plugin.api import CliPlatform, ConsolePaste, DeviceType, Redaction, hook
from cmsp_plugins.frr.replacement import REPLACEMENT
from cmsp_plugins.frr.setup import SETUP

API_VERSION = 1

FRR = DeviceType(
    name="frr",
    title="Router with FRRouting (FRR)",
    like="linux_host",
    cli=CliPlatform(
        driver="frr",
        must_have=(r"^frr version \S", r"^frr defaults \S"),
        invalid=(r"^% ?(?:Unknown command|Ambiguous command|Command incomplete|There is no matched command)",),
        volatile=(r"^Building configuration\.\.\.", r"^Current configuration:"),
        redact=(
            # where the private key for the cache of route origins lies
            Redaction(r"^\s*rpki cache (?:ssh )?\S+ \d+ (?!preference|source)\S+ (?!preference|source)(?P<secret>\S+)"),
        ),
        replacement=REPLACEMENT,
        paste=ConsolePaste(("configure terminal",), ("end", "write memory"), leave_out=(r"^end$",)),
        read_only=("show version", "show interface brief", "show ip route {address}", "show ip ospf neighbor"),
    ),
    setup=SETUP,
    proven=("backup", "restore"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [FRR]
