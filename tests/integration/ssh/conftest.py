"""Clients and keys for the SSH tests."""

import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace

import asyncssh
import pytest

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.credentials import SshCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.transports.ssh import CliClient, CliLimits, CliTarget, HostKey
from tests.integration.ssh.gateways import ENABLE, PASSWORD, USER

LIMITS = CliLimits(connect=2, banner=1.0, key_exchange=4, login=2, channel=2, silence=1.5, received=2_000_000)


@dataclass
class MemoryKeys:
    """Host keys, kept in memory."""

    keys: dict[tuple[str, int], list[HostKey]] = field(default_factory=dict)

    async def pinned(self, address: str, port: int) -> Sequence[HostKey]:
        return self.keys.get((address, port), [])

    async def pin(self, address: str, port: int, key: HostKey) -> Sequence[HostKey]:
        return self.keys.setdefault((address, port), [key])


def credential(password: str = PASSWORD, enable: str | None = ENABLE) -> SshCredential:
    secret = None if enable is None else Secret("cli-enable", lambda: enable)
    return SshCredential(USER, Secret("cli-password", lambda: password), secret)


def target(port: int, **changes: object) -> CliTarget:
    return replace(CliTarget("127.0.0.1", credential(), port=port), **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def host_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
async def client(keys: MemoryKeys, counters: Counters) -> AsyncIterator[CliClient]:
    pool = BlockingPool("ssh", threads=4, waiting=8)
    yield CliClient(pool, keys, SystemClock(), counters, LIMITS)
    assert await pool.close(3.0), "a thread of the pool is stuck"


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Each dialogue's threads end with it."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(0.5)
    assert [thread for thread in left if thread.is_alive()] == []
