"""Our client against net-snmp's agent: every version, every pair of algorithms, reboots, IPv6."""

import socket
from pathlib import Path

import pytest

from cmsp_agent.model.errors import (
    AuthenticationRejected,
    DeviceAnswerInvalid,
    DeviceError,
    DeviceUnreachable,
    NotPermittedHere,
)
from cmsp_agent.transports.snmp.engines import NoObserver
from tests.integration.snmp.peers import (
    IF_DESCR,
    SNMPD,
    SNMPD_ABSENT,
    SYS_NAME,
    SYS_UP_TIME,
    Rig,
    Snmpd,
    command,
    community,
    pairs,
    running,
    usm,
)

NO_SUCH = "1.3.6.1.2.1.1.99.0"
MIB_2_INTERFACES = [f"1.3.6.1.2.1.2.2.1.{column}" for column in range(1, 11)]


@pytest.mark.parametrize(("auth", "priv"), pairs())
async def test_every_pair_of_algorithms(snmpd: Snmpd, auth: str, priv: str) -> None:
    async with Rig() as rig:
        session = rig.session(usm(auth, priv), snmpd.port)
        values = await session.get(SYS_NAME, SYS_UP_TIME, NO_SUCH)
        assert values[SYS_NAME] == b"gw-test-1"
        assert set(values) == {SYS_NAME, SYS_UP_TIME}
        tables = await session.columns(*MIB_2_INTERFACES)
        assert b"lo" in tables[IF_DESCR].values()


@pytest.mark.parametrize(("auth", "priv"), [pair for pair in pairs() if pair[0]])
async def test_a_wrong_password_is_never_let_in(snmpd: Snmpd, auth: str, priv: str) -> None:
    async with Rig() as rig:
        session = rig.session(usm(auth, priv, password="not-the-password"), snmpd.port)
        with pytest.raises(AuthenticationRejected, match="usmStatsWrongDigests"):
            await session.get(SYS_NAME)


async def test_a_wrong_privacy_password_gives_no_value(snmpd: Snmpd) -> None:
    async with Rig() as rig:
        session = rig.session(usm("SHA-256", "AES-128", privacy="not-the-password"), snmpd.port, timeout=0.3)
        with pytest.raises(DeviceError):
            await session.get(SYS_NAME)


async def test_an_unknown_user_and_a_level_too_low_are_distinguished(snmpd: Snmpd) -> None:
    from dataclasses import replace

    async with Rig() as rig:
        with pytest.raises(AuthenticationRejected, match="usmStatsUnknownUserNames"):
            await rig.session(replace(usm("SHA-1"), user="nobody"), snmpd.port).get(SYS_NAME)
        with pytest.raises(AuthenticationRejected, match="usmStatsUnsupportedSecLevels"):
            await rig.session(replace(usm("SHA-1", "AES-128"), user="u-none-none"), snmpd.port).get(SYS_NAME)


@pytest.mark.parametrize("version", ["1", "2c"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_communities_over_both_families(snmpd: Snmpd, version: str, address: str) -> None:
    async with Rig() as rig:
        session = rig.session(community(version), snmpd.port, address)
        assert set(await session.get(SYS_NAME, NO_SUCH, SYS_UP_TIME)) == {SYS_NAME, SYS_UP_TIME}
        following = await session.get_next("1.3.6.1.2.1.1.5", "1.9")
        assert following == {"1.3.6.1.2.1.1.5": (SYS_NAME, b"gw-test-1")}
        tables = await session.columns(*MIB_2_INTERFACES, "1.3.6.1.2.1.99.1.1.1")
        assert b"lo" in tables[IF_DESCR].values()
        assert tables["1.3.6.1.2.1.99.1.1.1"] == {}


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_a_column_reads_as_snmpwalk_reads_it(snmpd: Snmpd, version: str) -> None:
    column = "1.3.6.1.2.1.25.4.2.1.1"  # hrSWRunIndex: as many rows as processes
    async with Rig() as rig:
        rows = (await rig.session(community(version), snmpd.port).columns(column))[column]
    _, walked = await command("snmpwalk", "-v2c", "-cpublic", "-On", "-Oq", f"127.0.0.1:{snmpd.port}", column)
    theirs = {int(line.split()[1]) for line in walked.splitlines()}
    ours = set(rows.values())
    assert all(int(index) == value for index, value in rows.items())
    assert len(ours & theirs) >= 0.9 * len(ours | theirs)  # processes come and go between the two


async def test_a_wrong_community_and_a_closed_port_are_unreachable(snmpd: Snmpd) -> None:
    async with Rig() as rig:
        with pytest.raises(DeviceUnreachable):
            await rig.session(community(name="wrong"), snmpd.port, timeout=0.2).get(SYS_NAME)
        with pytest.raises(DeviceUnreachable):
            await rig.session(usm("SHA-1"), 9, timeout=0.2).get(SYS_NAME)


async def test_the_source_address_is_ours_to_choose(snmpd: Snmpd) -> None:
    async with Rig() as rig:
        assert await rig.session(community(), snmpd.port, source="127.0.0.9").get(SYS_NAME)
        with pytest.raises(NotPermittedHere):
            rig.session(community(), snmpd.port, source="192.0.2.1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.bind(("127.0.0.1", 0))
        async with Rig() as rig:
            port = device.getsockname()[1]
            session = rig.session(community(), port, source="127.0.0.9", timeout=0.2, retries=0)
            with pytest.raises(DeviceUnreachable):
                await session.get(SYS_NAME)
        assert device.recvfrom(2000)[1][0] == "127.0.0.9"


class Kept:
    """An engine store in memory."""

    def __init__(self) -> None:
        self.engines: dict[str, bytes] = {}

    def load(self) -> dict[str, bytes]:
        return self.engines

    def remember(self, address: str, engine_id: bytes) -> None:
        self.engines[address] = engine_id


async def test_an_engine_id_kept_spares_the_discovery(snmpd: Snmpd) -> None:
    store = Kept()
    async with Rig(engines=store) as rig:
        await rig.session(usm("SHA-1", "AES-128"), snmpd.port).get(SYS_NAME)
        assert rig.counters.value("snmp.engines.discovered") == 1
    async with Rig(engines=store) as rig:
        await rig.session(usm("SHA-1", "AES-128"), snmpd.port).get(SYS_NAME)
        assert rig.counters.value("snmp.engines.discovered") == 0
        assert rig.counters.value("snmp.reports", key="usmStatsNotInTimeWindows") == 1
    [place] = store.engines
    store.engines[place] = bytes.fromhex("8000000905deadbeef")
    async with Rig(engines=store) as rig:
        await rig.session(usm("SHA-1", "AES-128"), snmpd.port).get(SYS_NAME)
        assert rig.counters.value("snmp.reports", key="usmStatsUnknownEngineIDs") == 1
    assert store.engines[place] != bytes.fromhex("8000000905deadbeef")


class Received(NoObserver):
    """An observer that remembers."""

    def __init__(self) -> None:
        self.duplicates: list[tuple[str, ...]] = []
        self.resets: list[tuple[str, int, int]] = []

    def duplicate_engine(self, engine_id: bytes, addresses: tuple[str, ...]) -> None:
        self.duplicates.append(addresses)

    def boots_reset(self, address: str, known: int, now: int) -> None:
        self.resets.append((address, known, now))


@pytest.mark.skipif(not SNMPD.exists(), reason=SNMPD_ABSENT)
async def test_the_device_reboots_and_later_forgets_its_boots(tmp_path: Path) -> None:
    received = Received()
    with running(tmp_path / "snmpd") as agent:
        async with Rig(observer=received) as rig:
            session = rig.session(usm("SHA-256", "AES-256"), agent.port, timeout=2.0)
            assert await session.get(SYS_NAME)
            agent.stop()
            agent.start()
            assert await session.get(SYS_NAME)
            assert received.resets == []
            agent.stop()
            agent.set_boots(90)
            agent.start()
            assert await session.get(SYS_NAME)
            agent.stop()
            agent.set_boots(3)
            agent.start()
            assert await session.get(SYS_NAME)
            [(address, known, now)] = received.resets
            assert address == "127.0.0.1"
            assert known > now
            stubborn = rig.session(usm("SHA-256", "AES-256"), agent.port, accept_boots_reset=False, timeout=0.5)
            assert await stubborn.get(SYS_NAME)
            agent.stop()
            agent.set_boots(1)
            agent.start()
            with pytest.raises(DeviceAnswerInvalid, match="engineBoots went back"):
                await stubborn.get(SYS_NAME)


async def test_one_engine_at_two_addresses_is_reported_and_works(snmpd: Snmpd) -> None:
    received = Received()
    async with Rig(observer=received) as rig:
        for address in ("127.0.0.1", "::1"):
            assert await rig.session(usm("SHA-1", "AES-128"), snmpd.port, address).get(SYS_NAME)
    assert received.duplicates == [(f"127.0.0.1 port {snmpd.port}", f"::1 port {snmpd.port}")]
