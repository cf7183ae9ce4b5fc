"""What a device says of itself, decoded; and what is known of it in memory."""

import pytest

from cmsp_agent.model.component import Component
from cmsp_agent.model.credentials import Credentials, SnmpCredential
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.facts import DeviceFacts, Entity, InterfaceFacts, from_record, to_record
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.devices.reading import read_device_facts, software
from tests.unit.services.polling.fakes import FakeSession

IOS = DeviceType("cisco_ios", "IOS", sys_object_ids=("1.3.6.1.4.1.9.1",))
ANY = DeviceType("generic_snmp", "Any", fallback=True)
PING = DeviceType("reachability", "Ping", snmp=False)
SNMP = Credentials(snmp=SnmpCredential("2c"))
ENTITY = "1.3.6.1.2.1.47.1.1.1.1"

GATEWAY = FakeSession(
    {
        "1.3.6.1.2.1.1.1.0": b"Cisco IOS Software, VG3X0 Software (VG3X0-UNIVERSALK9-M), Version 15.6(3)M5, RELEASE",
        "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.9.1.1769",
        "1.3.6.1.2.1.1.5.0": b"gw-1",
        "1.3.6.1.2.1.2.2.1.2.1": b"GigabitEthernet0/0",
        "1.3.6.1.2.1.2.2.1.2.2": b"Serial0/1/0:15",
        "1.3.6.1.2.1.31.1.1.1.1.1": b"Gi0/0",
        "1.3.6.1.2.1.4.20.1.2.10.1.0.1": 1,
        "1.3.6.1.2.1.4.34.1.3.1.4.10.1.0.1": 1,
        "1.3.6.1.2.1.4.34.1.4.1.4.10.1.0.1": 1,
        "1.3.6.1.2.1.4.34.1.3.1.4.10.1.0.255": 1,
        "1.3.6.1.2.1.4.34.1.4.1.4.10.1.0.255": 3,
        "1.3.6.1.2.1.4.34.1.3.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1": 1,
        "1.3.6.1.2.1.4.34.1.3.1.4.10.1.0.999": 1,
        f"{ENTITY}.5.1": 3,
        f"{ENTITY}.11.1": b"FCZ1",
        f"{ENTITY}.13.1": b"VG310",
        f"{ENTITY}.5.2": 9,
        f"{ENTITY}.7.2": b"PVDM 0",
        f"{ENTITY}.11.2": b"FOC2",
        f"{ENTITY}.13.2": b"PVDM3-64",
        f"{ENTITY}.5.3": 9,
    }
)


def component(name: str, kind: str = "auto", credentials: Credentials = SNMP) -> Component:
    return Component(name, ("10.1.0.1",), "paris", kind, credentials=credentials)


@pytest.fixture
def devices() -> Devices:
    registry = Registry()
    for kind in (IOS, ANY, PING):
        registry.add("test", kind)
    return Devices(registry)


async def test_everything_that_is_reported_is_read() -> None:
    facts = await read_device_facts(GATEWAY, Registry())
    assert facts == DeviceFacts(
        sys_object_id="1.3.6.1.4.1.9.1.1769",
        sys_descr="Cisco IOS Software, VG3X0 Software (VG3X0-UNIVERSALK9-M), Version 15.6(3)M5, RELEASE",
        sys_name="gw-1",
        software="15.6(3)M5",
        model="VG310",
        serial="FCZ1",
        entities=(
            Entity("chassis (1)", "chassis", model="VG310", serial="FCZ1"),
            Entity("PVDM 0", "module", model="PVDM3-64", serial="FOC2"),
        ),
        interfaces={1: "GigabitEthernet0/0", 2: "Serial0/1/0:15"},
        interface_facts={"GigabitEthernet0/0": InterfaceFacts(addresses=("10.1.0.1", "2001:db8::1"))},
        addresses=("10.1.0.1", "2001:db8::1"),
    )
    assert from_record(to_record(facts, "cisco_ios")) == facts
    assert from_record({}) == DeviceFacts()


async def test_a_device_that_tells_nothing() -> None:
    assert await read_device_facts(FakeSession(), Registry()) == DeviceFacts()


@pytest.mark.parametrize(
    ("descr", "release"),
    [
        ("Cisco IOS XE Software, Version 17.09.04a", "17.9.4a"),
        ("Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 17.9.4a, RELEASE", "17.9.4a"),
        ("IOS (tm) 2600 Software, Version 12.4(24)T2, RELEASE", "12.4(24)T2"),
        ("Product: MG 4K ESBC ;SW Version: 7.20A.258.459", "7.20A.258.459"),
        ("Linux gw 6.1", ""),
    ],
)
def test_the_release_in_sys_descr(descr: str, release: str) -> None:
    assert software(descr) == release


def test_a_component_is_what_it_was_configured_as(devices: Devices) -> None:
    devices.configure({"gw": component("gw", "generic_snmp")})
    assert devices.learn("gw", DeviceFacts(sys_object_id="1.3.6.1.4.1.9.1.1"))
    assert devices.device_type("gw") is ANY


def test_a_component_is_identified_when_it_answered(devices: Devices) -> None:
    devices.configure({"gw": component("gw"), "sw": component("sw", credentials=Credentials())})
    assert devices.device_type("gw") is ANY
    assert devices.device_type("sw") is PING
    assert devices.learn("gw", DeviceFacts(sys_object_id="1.3.6.1.4.1.9.1.1", interfaces={1: "GigabitEthernet0/0"}))
    assert devices.device_type("gw") is IOS
    assert devices.interfaces("gw").names.get(1) == "GigabitEthernet0/0"
    assert devices.interfaces("gw").names.get(2) is None
    assert devices.interfaces("nobody").names.get(1) is None
    assert devices.device_type("nobody").name == "unknown"


def test_the_same_again_is_no_news(devices: Devices) -> None:
    devices.configure({"gw": component("gw")})
    assert devices.learn("gw", DeviceFacts(serial="1"))
    assert not devices.learn("gw", DeviceFacts(serial="1"))
    assert not devices.learn("nobody", DeviceFacts(serial="1"))


def test_a_reload_keeps_what_was_learned_of_those_that_stay(devices: Devices) -> None:
    devices.configure({"a": component("a"), "b": component("b")})
    devices.learn("a", DeviceFacts(serial="1", sys_object_id="1.3.6.1.4.1.9.1.1"))
    devices.learn("b", DeviceFacts(serial="2"))
    devices.configure({"a": component("a")})
    assert devices.device_type("a") is IOS
    assert devices.facts("a") is not None
    assert devices.facts("b") is None


async def test_interfaces_without_a_name_with_one_name_and_with_names_that_are_not_utf8_stay_apart() -> None:
    names = {"1": b"port", "2": b"port", "3": b"", "4": b"\xb6\xcb\xbf\xda1", "5": b"\xb6\xcb\xbf\xda2"}
    facts = await read_device_facts(
        FakeSession({f"1.3.6.1.2.1.31.1.1.1.1.{row}": name for row, name in names.items()}), Registry()
    )
    assert len(set(facts.interfaces.values())) == 5
    assert [facts.interfaces[n] for n in (1, 2, 3)] == ["port", "port (ifIndex 2)", "ifIndex 3"]
