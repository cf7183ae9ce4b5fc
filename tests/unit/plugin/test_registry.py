"""Which device type a device is taken for."""

import pytest

from cmsp_agent.plugin.api import DeviceType, Sign
from cmsp_agent.plugin.registry import UNKNOWN, Registry

IOS = DeviceType("cisco_ios", "IOS", sys_object_ids=("1.3.6.1.4.1.9.1",), sys_descr=r"\bIOS\b")
VG = DeviceType("vg", "Voice gateway", sys_object_ids=("1.3.6.1.4.1.9.1.558",))
ANY = DeviceType("generic_snmp", "Any", fallback=True)
PING = DeviceType("reachability", "Ping", snmp=False)


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    for kind in (IOS, VG, ANY, PING):
        made.add("test", kind)
    return made


@pytest.mark.parametrize(
    ("oid", "descr", "name"),
    [
        ("1.3.6.1.4.1.9.1.1041", "Cisco IOS Software, C3900", "cisco_ios"),
        ("1.3.6.1.4.1.9.1.558", "Cisco IOS Software, VG224", "vg"),
        ("1.3.6.1.4.1.9.1.5580", "Cisco IOS Software", "cisco_ios"),
        ("1.3.6.1.4.1.9.1.1348", "Hardware:VMware", "generic_snmp"),
        ("1.3.6.1.4.1.9.10", "Cisco IOS Software", "generic_snmp"),
        ("1.3.6.1.4.1.8072.3.2.10", "Linux", "generic_snmp"),
        ("", "", "generic_snmp"),
    ],
)
def test_the_longest_prefix_that_fits_wins(registry: Registry, oid: str, descr: str, name: str) -> None:
    found = registry.identify(oid, descr)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("configured", "has_snmp", "name"),
    [
        ("vg", True, "vg"),
        ("vg", False, "vg"),
        ("auto", True, "generic_snmp"),
        ("audiocodes", True, "generic_snmp"),
        ("auto", False, "reachability"),
    ],
)
def test_before_it_was_asked_a_component_is_taken_for_the_most_general_type(
    registry: Registry, configured: str, has_snmp: bool, name: str
) -> None:
    assert registry.initial(configured, has_snmp=has_snmp).name == name


def test_what_is_found_by_a_sign_takes_only_what_nobody_else_takes(registry: Registry) -> None:
    registry.add("test", DeviceType("ups", "UPS", found_by=(Sign("1.3.6.1.2.1.33.1.2.1"),)))
    for oid, name in (("1.3.6.1.4.1.5491.6", "ups"), ("1.3.6.1.4.1.9.1.558", "vg")):
        found = registry.identify(oid, "NetMan", shown=["ups"])
        assert found is not None
        assert found.name == name


def test_without_any_plugin_a_component_still_has_a_type() -> None:
    assert Registry().initial("auto", has_snmp=True) is UNKNOWN
    assert Registry().identify("1.3", "x") is None
