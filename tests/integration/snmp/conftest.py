"""One snmpd for all tests that don't restart it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.snmp.peers import Snmpd, running


@pytest.fixture(scope="session")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    """A net-snmp agent with a user for each pair of algorithms."""
    if not Path("/usr/sbin/snmpd").exists():
        pytest.skip("needs Debian's snmpd and snmp: run `make test` as root")
    with running(tmp_path_factory.mktemp("snmpd")) as agent:
        yield agent
