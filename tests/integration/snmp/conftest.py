"""One snmpd for all tests that don't restart it."""

from collections.abc import Iterator

import pytest

from tests.integration.snmp.peers import SNMPD, SNMPD_ABSENT, Snmpd, running


@pytest.fixture(scope="session")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    """A net-snmp agent with a user for each pair of algorithms."""
    if not SNMPD.exists():
        pytest.skip(SNMPD_ABSENT)
    with running(tmp_path_factory.mktemp("snmpd")) as agent:
        yield agent
