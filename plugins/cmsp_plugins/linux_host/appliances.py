"""What tells appliances that look like a Linux host with net-snmp: subtrees of their makers. Data only."""

from cmsp_agent.plugin.api import Sign

MAKERS = {
    2620: "Check Point",
    3375: "F5",
    4555: "Socomec",
    5951: "NetScaler",
    6574: "Synology",
    6894: "DataDirect",
    7779: "Infoblox",
    9839: "Carel",
    10002: "Ubiquiti",
    14125: "EnGenius",
    14988: "MikroTik",
    17163: "Riverbed",
    20632: "Barracuda",
    24681: "QNAP",
    25049: "Opengear",
    26384: "Gandi",
    32015: "ExtraHop",
    40310: "Cumulus",
    41112: "Ubiquiti",
    42397: "Grandstream",
    48690: "Teltonika",
    50536: "TrueNAS",
    55062: "QNAP",
}
"""Enterprise numbers."""

LOAD_PARAMETERS, ENT_MAKER, ISSUE = "1.3.6.1.2.1.25.1.4", "1.3.6.1.2.1.47.1.1.1.1.12", "1.3.6.1.4.1.2021.7890.1.101"
"""hrSystemInitialLoadParameters, entPhysicalMfgName, and where some routers' firmware names itself."""

SIGNS = (
    *(Sign(f"1.3.6.1.4.1.{number}") for number in MAKERS),
    Sign(LOAD_PARAMETERS, r"\bsyno_"),
    Sign(ENT_MAKER, r"^QNAP"),
    Sign(ISSUE, r"^(?:ASUSWRT|Tomato)"),
)
