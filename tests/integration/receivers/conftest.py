"""Waiting for what comes over the loopback, and for what leaves no trace."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable

import pytest


async def until(condition: Callable[[], object], within: float = 5.0) -> None:
    """Return when the condition holds; fail after so many seconds."""
    deadline = asyncio.get_running_loop().time() + within
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "waited in vain"
        await asyncio.sleep(0.002)


def descriptors() -> set[str]:
    """The open descriptors of this process, but for the one that lists them."""
    return {
        f"{number} {os.readlink(f'/proc/self/fd/{number}')}"
        for number in os.listdir("/proc/self/fd")
        if _is_open(number)
    }


def _is_open(number: str) -> bool:
    return os.path.lexists(f"/proc/self/fd/{number}")


@pytest.fixture
async def nothing_left() -> AsyncIterator[None]:
    """Fail a test that leaves a descriptor or a task behind."""
    await asyncio.sleep(0)
    before, tasks = descriptors(), len(asyncio.all_tasks())
    yield
    await asyncio.sleep(0)
    assert descriptors() == before
    assert len(asyncio.all_tasks()) == tasks
