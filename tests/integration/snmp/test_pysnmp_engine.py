"""The second engine reads the same things as ours."""

import pytest

from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.errors import AuthenticationRejected, DeviceUnreachable
from cmsp_agent.transports.snmp.target import SnmpTarget
from tests.integration.snmp.peers import IF_DESCR, SYS_NAME, Rig, Snmpd, community, usm

SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
pytestmark = pytest.mark.filterwarnings("ignore")  # pysnmp's own


@pytest.mark.parametrize("credential", [community("1"), community("2c"), usm("SHA-256", "AES-256-C")])
async def test_it_agrees_with_ours(snmpd: Snmpd, credential: SnmpCredential) -> None:
    from cmsp_agent.transports.snmp.pysnmp_engine import PysnmpSession

    target = SnmpTarget("127.0.0.1", credential, port=snmpd.port)
    theirs = PysnmpSession(target)
    async with Rig() as rig:
        ours = rig.client.session(target)
        for session in (ours, theirs):
            assert await session.get(SYS_NAME) == {SYS_NAME: b"gw-test-1"}
            assert await session.get_next("1.3.6.1.2.1.1.5") == {"1.3.6.1.2.1.1.5": (SYS_NAME, b"gw-test-1")}
        assert await ours.get(SYS_OBJECT_ID) == await theirs.get(SYS_OBJECT_ID)
        assert await ours.columns(IF_DESCR) == await theirs.columns(IF_DESCR)
        assert await ours.columns("1.3.6.1.2.1.4.20.1.1") == await theirs.columns("1.3.6.1.2.1.4.20.1.1")
        assert await theirs.columns("1.3.6.1.2.1.99.1") == {"1.3.6.1.2.1.99.1": {}}
    theirs.close()


async def test_its_errors_are_ours(snmpd: Snmpd) -> None:
    from cmsp_agent.transports.snmp.pysnmp_engine import PysnmpSession

    wrong = PysnmpSession(
        SnmpTarget("127.0.0.1", usm("SHA-1", password="not-the-password"), port=snmpd.port, timeout=0.5)
    )
    with pytest.raises(AuthenticationRejected):
        await wrong.get(SYS_NAME)
    wrong.close()
    dead = PysnmpSession(SnmpTarget("127.0.0.1", community(), port=9, timeout=0.2, retries=0))
    with pytest.raises(DeviceUnreachable):
        await dead.get(SYS_NAME)
    dead.close()
