"""Our client against pysnmp as the authoritative engine: the pairs that net-snmp lacks (3DES), and the others again."""

from collections.abc import AsyncIterator

import pytest
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import cmdrsp, context

from tests.integration.snmp.peers import AUTH_PASSWORD, PRIV_PASSWORD, Rig, user_name, usm
from tests.lab.ports import free_port

AUTH = {
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA-1": config.USM_AUTH_HMAC96_SHA,
    "SHA-224": config.USM_AUTH_HMAC128_SHA224,
    "SHA-256": config.USM_AUTH_HMAC192_SHA256,
    "SHA-384": config.USM_AUTH_HMAC256_SHA384,
    "SHA-512": config.USM_AUTH_HMAC384_SHA512,
}
PRIV = {
    "DES": config.USM_PRIV_CBC56_DES,
    "3DES": config.USM_PRIV_CBC168_3DES,
    "AES-128": config.USM_PRIV_CFB128_AES,
    "AES-192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES-256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES-192-C": config.USM_PRIV_CFB192_AES,
    "AES-256-C": config.USM_PRIV_CFB256_AES,
}
SYS_DESCR = "1.3.6.1.2.1.1.1.0"


@pytest.fixture
async def responder(request: pytest.FixtureRequest) -> AsyncIterator[int]:
    """The port of a pysnmp agent with one user."""
    auth, priv = request.param
    port = free_port()
    snmp = engine.SnmpEngine()
    config.add_transport(snmp, udp.DOMAIN_NAME, udp.UdpTransport().open_server_mode(("127.0.0.1", port)))
    name = user_name(auth, priv)
    config.add_v3_user(snmp, name, AUTH[auth], AUTH_PASSWORD, PRIV[priv], PRIV_PASSWORD)
    config.add_vacm_user(snmp, 3, name, "authPriv", (1, 3, 6))
    here = context.SnmpContext(snmp)
    cmdrsp.GetCommandResponder(snmp, here)
    cmdrsp.BulkCommandResponder(snmp, here)
    yield port
    snmp.close_dispatcher()


PAIRS = [(auth, priv) for auth in AUTH for priv in PRIV]


@pytest.mark.filterwarnings("ignore")  # pysnmp's own
@pytest.mark.parametrize(("responder", "pair"), [(pair, pair) for pair in PAIRS], indirect=["responder"])
async def test_every_pair_of_algorithms(responder: int, pair: tuple[str, str]) -> None:
    async with Rig() as rig:
        session = rig.session(usm(*pair), responder, timeout=3.0)
        assert b"pysnmp" in bytes((await session.get(SYS_DESCR))[SYS_DESCR]).lower()
        tables = await session.columns("1.3.6.1.2.1.1.9.1.2", "1.3.6.1.2.1.1.9.1.3")
        assert set(tables) == {"1.3.6.1.2.1.1.9.1.2", "1.3.6.1.2.1.1.9.1.3"}
