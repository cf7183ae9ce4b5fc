"""Traps as LibreNMS tests them: those whose MIBs are in the table come out with their name, object and state."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component
from cmsp_agent.model.interfaces import Interfaces
from cmsp_agent.model.signal import TrapSignal, Value
from cmsp_agent.pipeline import mib
from cmsp_agent.pipeline.normalise import Normaliser
from cmsp_agent.plugin.api import DeviceType
from cmsp_plugins.generic_snmp.plugin import GENERIC

FILE = Path(__file__).resolve().parents[3] / "shared/testdata/traps-librenms/traps.json"
PLACEHOLDERS = {"ospfIf.ospfIfIpAddress": "192.0.2.5", "bgppeer.bgpPeerIdentifier": "192.0.2.9", "port.ifIndex": "5"}
MEANT = {
    "linkDown": ("link.down", "GigabitEthernet0/5", "raise"),
    "linkUp": ("link.down", "GigabitEthernet0/5", "clear"),
    "bgpEstablished": ("bgp.peer.down", "192.0.2.9", "clear"),
    "bgpBackwardTransition": ("bgp.peer.down", "192.0.2.9", "raise"),
    "ospfTxRetransmit": ("ospf.error", "10.8.9.10", "info"),
    "upsTrapOnBattery": ("ups.on_battery", "", "raise"),
    "lowBattery": ("ups.battery_low", "", "raise"),
    "communicationEstablished": ("apc.communication_lost", "", "clear"),
    "rPDUNearOverload": ("apc.r_pdu_near_overload", "", "raise"),
    "rPDUNearOverloadCleared": ("apc.r_pdu_near_overload", "", "clear"),
    "rPDUOverload": ("apc.r_pdu_overload", "", "raise"),
    "rPDUOverloadCleared": ("apc.r_pdu_overload", "", "clear"),
    "smartAvrReducing": ("apc.smart_avr_reducing", "", "raise"),
    "smartAvrReducingOff": ("apc.smart_avr_reducing", "", "clear"),
}
OSPF_STATES = {"down": "raise", "loopback": "info"}
MIBS = ("IF-MIB", "BGP4-MIB", "OSPF-TRAP-MIB", "UPS-MIB", "PowerNet-MIB")


class Known:
    """An inventory of one generic device, without interfaces."""

    def device_type(self, component: str) -> DeviceType:
        return GENERIC

    def interfaces(self, component: str) -> Interfaces:
        return Interfaces()


def oids() -> dict[str, str]:
    """Names → OIDs; of two notifications of one name, the UPS's."""
    table = (Path(mib.__file__).parents[0] / "mib.tsv").read_text("utf-8").splitlines()
    return {name: oid for oid, _, name, *_ in (line.split("\t") for line in reversed(table))}


def cases() -> list[Any]:
    if not FILE.is_file():
        return []
    texts = [case["trap"] for case in json.loads(FILE.read_text("utf-8"))]
    return [text for text in texts if re.search(rf"snmpTrapOID\.0 ({'|'.join(MIBS)})::", text)]


def signal(text: str, names: dict[str, str]) -> tuple[str, TrapSignal]:
    """What snmptrapd printed, as it came over the wire."""
    text = re.sub(r"\{\{ (\S+) \}\}", lambda found: PLACEHOLDERS.get(found.group(1), "192.0.2.1"), text)
    name = re.findall(r"snmpTrapOID\.0 [\w-]+::(\w+)", text)[0]
    varbinds: list[tuple[str, Value]] = []
    for object_, instance, value in re.findall(r"^[\w-]+::(\w+)([\d.]*) (.*)$", text, re.MULTILINE):
        if object_ in names and object_ not in ("snmpTrapOID", "sysUpTimeInstance"):
            varbinds.append((names[object_] + instance, number(names[object_], value)))
    return name, TrapSignal("gw", 1, names[name], tuple(varbinds))


def number(oid: str, value: str) -> Value:
    """The number of a label or of a figure with its unit; addresses stay text, all else is octets."""
    entry = mib.mib_table().entry(oid)
    labels = {label: int(each) for each, label in (pair.split("=") for pair in entry.labels.split(",") if pair)}
    if value in labels:
        return labels[value]
    if re.fullmatch(r"\d+( \w+)?", value):
        return int(value.split(maxsplit=1)[0])
    return value if re.fullmatch(r"[\d.]+", value) else value.strip('"').encode()


@pytest.mark.skipif(not FILE.is_file(), reason="needs ../shared/testdata")
def test_there_are_cases() -> None:
    assert len(cases()) >= 20


@pytest.mark.parametrize("text", cases())
def test_a_trap_has_its_name_object_and_state(text: str) -> None:
    name, trap = signal(text, oids())
    normaliser = Normaliser({"gw": Component("gw", ("192.0.2.1",), "lab")}, Known(), Counters())
    [event] = normaliser(trap)
    found = (event.type, event.object, event.state.value)
    if name == "ospfIfStateChange":
        state = OSPF_STATES.get(re.findall(r"ospfIfState\..* (\w+)$", text, re.MULTILINE)[0], "clear")
        unknown = ("trap.unknown", "ospfIfStateChange", "info")
        assert found == (unknown if state == "info" else ("ospf.interface.down", "192.0.2.5", state))
    else:
        assert found == MEANT[name]
