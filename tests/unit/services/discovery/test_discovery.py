"""Discovery on devices that a test makes up: who is asked, how fast, with which credential, and what comes of it."""

import asyncio
import itertools
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cmsp_agent.config.edit_yaml import added
from cmsp_agent.model.component import Component
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.errors import AuthenticationRejected, DeviceUnreachable, Refused
from cmsp_agent.model.signal import Value
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.facts import DeviceFacts, Neighbour
from cmsp_agent.services.discovery.asking import MOST_REJECTIONS, Asker
from cmsp_agent.services.discovery.nearby import around
from cmsp_agent.services.discovery.presence import Presence
from cmsp_agent.services.discovery.proposals import document
from cmsp_agent.services.discovery.rate_limit import Pace
from cmsp_agent.services.discovery.results import FoundDevice, KnownDevice, outcome
from cmsp_agent.services.discovery.run import Sweep
from cmsp_agent.services.discovery.scope import MOST_ADDRESSES, scope_of
from cmsp_agent.transports.routes import resolved
from cmsp_agent.transports.tcp import TcpAnswer
from tests.lab.clock import ManualClock
from tests.unit.services.polling.fakes import FakeSession

ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
CDP = "1.3.6.1.4.1.9.9.23.1.2.1.1"
IOS = DeviceType("cisco_ios", "IOS", sys_object_ids=("1.3.6.1.4.1.9.1",))
V3, V2, OTHER = SnmpCredential("3", user="cmsp"), SnmpCredential("2c"), SnmpCredential("3", user="other")


def gateway(name: str, serial: str, *near: str) -> FakeSession:
    """A Cisco device that sees these addresses by CDP."""
    objects: dict[str, Value] = {
        "1.3.6.1.2.1.1.1.0": b"Cisco IOS Software, Version 15.6(3)M5, RELEASE",
        "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.9.1.1769",
        "1.3.6.1.2.1.1.5.0": name.encode(),
        f"{ENTITY}.5.1": 3,
        f"{ENTITY}.11.1": serial.encode(),
    }
    for row, address in enumerate(near, 1):
        objects[f"{CDP}.6.1.{row}"] = f"peer-{row}".encode()
        objects[f"{CDP}.4.1.{row}"] = bytes(int(octet) for octet in address.split("."))
    return FakeSession(objects)


@dataclass
class Net:
    """Addresses with who is there, and everything that was sent."""

    devices: dict[str, FakeSession] = field(default_factory=dict)
    engines: dict[str, bytes] = field(default_factory=dict)
    pingable: set[str] = field(default_factory=set)
    on_link: dict[str, bool] = field(default_factory=dict)
    ports: dict[str, TcpAnswer] = field(default_factory=dict)
    right: SnmpCredential = V3
    sent: list[tuple[str, str]] = field(default_factory=list)

    async def engine_id(self, address: str, within: float) -> bytes:
        self.sent.append(("engine", address))
        if address not in self.engines:
            raise DeviceUnreachable(f"{address}: no answer in {within} s")
        return self.engines[address]

    async def ping(self, address: str) -> float | None:
        self.sent.append(("ping", address))
        return 0.001 if address in self.pingable else None

    def resolved(self, address: str) -> bool | None:
        return self.on_link.get(address)

    async def connect(self, address: str, port: int) -> TcpAnswer:
        self.sent.append((f"tcp/{port}", address))
        return self.ports.get(address, TcpAnswer.SILENT)

    def session(self, address: str, credential: SnmpCredential, turn: object) -> FakeSession:
        self.sent.append((credential.user or "community", address))
        if credential == self.right and address in self.devices:
            return self.devices[address]
        silent = credential.version != "3"
        return FakeSession(failure=DeviceUnreachable("silent") if silent else AuthenticationRejected("wrong user"))

    def put(self, address: str, device: FakeSession, engine: bytes) -> None:
        self.devices[address], self.engines[address] = device, engine


def registry() -> Registry:
    made = Registry()
    made.add("test", IOS)
    return made


class Ticking(ManualClock):
    """Sleeps by going on."""

    async def sleep(self, seconds: float) -> None:
        self._move_to(self.monotonic() + max(0.0, seconds))
        await asyncio.sleep(0)


def asker(net: Net, rate: float = 1000.0, clock: ManualClock | None = None, **credentials: SnmpCredential) -> Asker:
    pace = Pace(rate, clock or Ticking())
    presence = Presence(net.ping, net.resolved, net.connect, pace)
    return Asker(net, presence.at, credentials or {"ro": V3}, registry(), pace)


async def swept(
    net: Net, subnets: tuple[str, ...], exclude: tuple[str, ...] = (), seeds: tuple[str, ...] = ()
) -> Sweep:
    sweep = Sweep(scope_of(subnets, exclude), asker(net), lambda asked, whole, found: None, "10.1.0.99".__eq__)
    await sweep.run([(seed, "seed") for seed in seeds], [])
    return sweep


async def test_each_address_of_the_subnets_is_asked_once_and_none_of_the_exclusions() -> None:
    net = Net()
    await swept(net, ("10.1.0.0/28", "10.1.0.0/29"), ("10.1.0.8/29",))
    assert sorted(address for kind, address in net.sent if kind == "engine") == [f"10.1.0.{n}" for n in range(1, 8)]
    assert {kind for kind, _ in net.sent} == {"engine", "ping", "tcp/22", "tcp/443"}, (
        "no credential goes where nobody answers"
    )


async def test_probes_keep_to_the_rate() -> None:
    clock, net = Ticking(), Net()
    sweep = Sweep(
        scope_of(("10.1.0.0/26",), ()), asker(net, 50.0, clock), lambda asked, whole, found: None, "10.1.0.99".__eq__
    )
    started = clock.monotonic()
    await sweep.run([], [])
    assert len(net.sent) == sweep.asker.pace.sent == 4 * 62
    assert clock.monotonic() - started >= 247 / 50 - 1e-6


async def test_a_crawl_follows_neighbours_inside_the_scope_and_names_the_others() -> None:
    net = Net()
    net.put("10.1.0.1", gateway("gw-1", "A", "10.1.0.2", "10.9.9.9"), b"\x80\x00\x00\x09\x01")
    net.put("10.1.0.2", gateway("gw-2", "B", "10.1.0.3"), b"\x80\x00\x00\x09\x02")
    net.put("10.1.0.3", gateway("gw-3", "C", "10.1.0.1"), b"\x80\x00\x00\x09\x03")
    sweep = Sweep(scope_of((), ("10.9.0.0/16",)), asker(net), lambda asked, whole, found: None, "10.1.0.99".__eq__)
    await sweep.run([("10.1.0.1", "seed")], [])
    assert [(each.address, each.via) for each in sweep.found] == [
        ("10.1.0.1", "seed"),
        ("10.1.0.2", "cdp of gw-1"),
        ("10.1.0.3", "cdp of gw-2"),
    ]
    seen = outcome(sweep.found, [], sweep.seen).seen
    assert [(by, neighbour.address) for by, neighbour in seen] == [("gw-1", "10.9.9.9")]
    assert not [address for _, address in net.sent if address == "10.9.9.9"]


async def test_one_rejection_ends_it_for_a_device_and_many_end_a_credential() -> None:
    net = Net(right=V2)
    for number in range(1, 11):
        net.engines[f"10.1.0.{number}"] = bytes((0x80, 0, 0, 9, number))
    asking = asker(net, ro=V3, other=OTHER, old=V2)
    for number in range(1, 11):
        await asking.look(f"10.1.0.{number}", "sweep")
    tried = [(kind, address) for kind, address in net.sent if kind in ("cmsp", "other", "community")]
    by_address = {address: [kind for kind, at in tried if at == address] for _, address in tried}
    assert by_address["10.1.0.1"] == ["cmsp"]
    assert [kind for kind, _ in tried].count("cmsp") == MOST_REJECTIONS
    assert [kind for kind, _ in tried].count("other") == MOST_REJECTIONS
    assert [kind for kind, _ in tried].count("community") == MOST_REJECTIONS


@pytest.mark.parametrize("sign", ["on_link", "reset"])
async def test_a_device_that_is_silent_to_pings_shows_by_arp_or_a_tcp_port_and_is_asked_by_community(sign: str) -> None:
    net = Net(right=V2)
    net.devices["10.1.0.1"] = gateway("vg-1", "A")
    if sign == "on_link":
        net.on_link["10.1.0.1"] = True
    else:
        net.ports["10.1.0.1"] = TcpAnswer.REFUSED
    found, _ = await asker(net, ro=V3, old=V2).look("10.1.0.1", "sweep")
    assert found is not None
    assert (found.credential, found.device_type) == ("old", "cisco_ios")
    assert ("cmsp", "10.1.0.1") not in net.sent, "no user goes where there is no engine"


async def test_machines_without_snmp_do_not_use_a_community_up() -> None:
    net = Net(right=V2, pingable={f"10.1.0.{number}" for number in range(1, 9)})
    net.devices["10.1.0.8"] = gateway("vg-1", "A")
    asking = asker(net, old=V2)
    found = [await asking.look(f"10.1.0.{number}", "sweep") for number in range(1, 9)]
    assert [each.credential for each, _ in found if each is not None] == [*[""] * 7, "old"]


async def test_a_neighbour_that_answers_nothing_is_seen() -> None:
    net = Net()
    net.put("10.1.0.1", gateway("gw-1", "A", "10.1.0.2"), b"\x80\x00\x00\x09\x01")
    sweep = await swept(net, (), seeds=("10.1.0.1",))
    assert [neighbour.name for _, neighbour in outcome(sweep.found, [], sweep.seen).seen] == ["peer-1"]


async def test_a_device_without_v3_is_asked_by_community_only_where_it_answers_pings() -> None:
    net = Net(right=V2, pingable={"10.1.0.1"})
    net.devices["10.1.0.1"] = net.devices["10.1.0.2"] = gateway("gw-1", "A")
    asking = asker(net, ro=V3, old=V2)
    found, _ = await asking.look("10.1.0.1", "sweep")
    assert found is not None
    assert (found.credential, found.device_type, found.engine) == ("old", "cisco_ios", "")
    assert (await asking.look("10.1.0.2", "sweep"))[0] is None
    assert net.sent.count(("community", "10.1.0.2")) == 0


def found_at(address: str, serial: str = "", engine: str = "", name: str = "") -> FoundDevice:
    return FoundDevice(address, "sweep", engine, "ro", DeviceFacts(serial=serial, sys_name=name), "cisco_ios")


def test_the_same_device_at_another_address_is_no_new_one() -> None:
    known = [KnownDevice("gw-1", frozenset({"10.1.0.1"}), "FDO1", "8000000901")]
    sorted_out = outcome(
        [
            found_at("10.1.0.1", "FDO1"),
            found_at("10.1.0.77", "FDO1"),
            found_at("10.1.0.78", engine="8000000901"),
            found_at("10.1.0.5", "FDO5", "80aa", "sw-5"),
            found_at("10.1.0.6", "FDO5", name="sw-5"),
            found_at("10.1.0.7"),
            found_at("10.1.0.8"),
        ],
        known,
        {"gw-1": [Neighbour("Gi0/0", "sw-5.example.net"), Neighbour("Gi0/1", "phone")]},
    )
    assert sorted_out.known == ("gw-1",)
    assert sorted_out.moved == (("gw-1", "10.1.0.77"), ("gw-1", "10.1.0.78"))
    assert [(each.address, each.others) for each in sorted_out.proposals] == [
        ("10.1.0.5", ("10.1.0.6",)),
        ("10.1.0.7", ()),
        ("10.1.0.8", ()),
    ]
    assert [neighbour.name for _, neighbour in sorted_out.seen] == ["phone"]


def test_an_address_that_a_component_once_showed_may_be_another_device_s_now() -> None:
    known = [KnownDevice("gw-1", frozenset({"10.1.0.1"}), "FDO1", "", frozenset({"10.1.0.1", "10.2.0.1", "10.3.0.1"}))]
    sorted_out = outcome([found_at("10.2.0.1", "FDO2"), found_at("10.3.0.1")], known, {})
    assert [each.address for each in sorted_out.proposals] == ["10.2.0.1"]
    assert (sorted_out.known, sorted_out.moved) == (("gw-1",), ())


FILE = """\
# the partner's own words
components:
  gw-1: {address: 10.1.0.1, site: paris}   # by the door
credentials: {ro: {snmp: {version: 3, user: cmsp}}}  # read only
"""


def test_proposals_are_yaml_that_is_merged_and_keeps_comments() -> None:
    components = {"gw-1": Component("gw-1", ("10.1.0.1",), "paris"), "sw-5": Component("sw-5", ("10.2.0.1",), "lyon")}
    found = outcome([found_at("10.1.0.5", "FDO5", name="SW 5!\n  evil: yes"), found_at("10.2.0.7")], [], {})
    shown = document(found, components, ["paris", "lyon"])
    assert [(each["name"], each["site"]) for each in shown["proposals"]] == [
        ("device-10-2-0-7", "lyon"),
        ("sw-5-evil-yes", "paris"),
    ]
    merged = added(FILE, shown["yaml"])
    for line in ("# the partner's own words", "# by the door", "# read only", "credentials: [ro]", "type: cisco_ios"):
        assert line in merged
    assert added(merged, shown["yaml"]) == merged, "what is there stays as it is"
    assert document(outcome([], [], {}), {}, [])["yaml"] == ""


def test_what_is_wished_lies_within_what_the_file_permits() -> None:
    scope = scope_of(["10.1.0.0/24"], ["10.1.0.128/25"], ["10.1.0.64/26"])
    assert (scope.permits("10.1.0.65"), scope.permits("10.1.0.1"), scope.permits("10.1.0.200")) == (True, False, False)
    for wished in ("10.2.0.0/24", "0.0.0.0/0", "2001:db8::/64"):
        with pytest.raises(Refused):
            scope_of(["10.1.0.0/24"], [], [wished])
    with pytest.raises(Refused, match="too many"):
        scope_of(["10.0.0.0/8"], [])
    assert MOST_ADDRESSES == 2**16
    for nowhere, kind in (("127.0.0.0/24", "loopback"), ("fe80::/120", "link-local"), ("239.1.0.0/24", "multicast")):
        with pytest.raises(Refused, match=f"{nowhere} is {kind}: no device of a site is there"):
            scope_of(["10.1.0.0/24", nowhere], [])
    anywhere = scope_of([], ["10.9.0.0/16"])
    odd = ("127.0.0.1", "224.0.0.1", "0.0.0.0", "fe80::1", "no address")
    assert [anywhere.permits(each) for each in ("10.1.0.1", "10.9.1.1", *odd)] == [True, *itertools.repeat(False, 6)]


def test_the_addresses_around_a_device() -> None:
    tables: dict[str, dict[str, Value]] = {
        "1.3.6.1.2.1.4.22.1.2": {"2.10.1.0.7": b"\0" * 6},
        "1.3.6.1.2.1.4.35.1.4": {"2.1.4.10.1.0.8": b"\0" * 6, "2.16.9": b""},
        "1.3.6.1.2.1.4.21.1.7": {"10.2.0.0": bytes((10, 1, 0, 254)), "0.0.0.0": bytes(4)},
        "1.3.6.1.2.1.4.24.4.1.5": {"10.3.0.0.255.255.0.0.0.10.1.0.253": 2, "broken": 1},
    }
    assert around(tables) == [
        ("arp", "10.1.0.7"),
        ("arp", "10.1.0.8"),
        ("route", "10.1.0.254"),
        ("route", "10.1.0.253"),
    ]


def test_the_arp_table_tells_who_is_on_the_link(tmp_path: Path) -> None:
    lines = (
        "IP address       HW type     Flags       HW address            Mask     Device",
        "10.1.0.1         0x1         0x2         52:54:00:00:00:01     *        eth0",
        "10.1.0.2         0x1         0x0         00:00:00:00:00:00     *        eth0",
    )
    (tmp_path / "arp").write_text("".join(f"{line}\n" for line in lines))
    asked = ("10.1.0.1", "10.1.0.2", "10.1.0.3")
    assert [resolved(address, tmp_path) for address in asked] == [True, False, None]


def test_machines_of_one_image_have_one_engine_and_are_two() -> None:
    known = [KnownDevice("gw-1", frozenset({"10.1.0.1"}), "FDO1", "8000000901")]
    found = outcome(
        [
            found_at("10.1.0.1", "FDO1", "8000000901"),
            found_at("10.1.0.9", "FDO9", "8000000901"),
            found_at("10.1.0.10", "FDO8", "8000000901"),
        ],
        known,
        {},
    )
    assert (found.moved, [each.address for each in found.proposals]) == ((), ["10.1.0.9", "10.1.0.10"])
