"""A bounded queue between two tasks. When it is full, a new item is dropped and counted."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

from cmsp_agent.aio.counters import Counters

T = TypeVar("T")


class ChannelClosed(Exception):
    """Nothing is left in the channel and nothing will come."""


class Channel(Generic[T]):
    """Many producers on the loop, one consumer that takes batches."""

    def __init__(self, name: str, capacity: int, counters: Counters) -> None:
        self._name = name
        self._capacity = capacity
        self._counters = counters
        self._items: deque[T] = deque()
        self._filled = asyncio.Event()
        self._closed = False

    def __len__(self) -> int:
        return len(self._items)

    def offer(self, item: T) -> bool:
        """Queue the item, or drop it, count `<name>.dropped` and return False where the channel is full or closed."""
        if self._closed or len(self._items) >= self._capacity:
            self._counters.add(f"{self._name}.dropped")
            return False
        self._items.append(item)
        self._filled.set()
        return True

    async def batch(self, limit: int) -> list[T]:
        """Wait for the first item, then take up to `limit` without waiting again.

        Raises:
            ChannelClosed: the channel was closed and is empty.
        """
        while not self._items:
            if self._closed:
                raise ChannelClosed(self._name)
            self._filled.clear()
            await self._filled.wait()
        return [self._items.popleft() for _ in range(min(limit, len(self._items)))]

    def close(self) -> None:
        """Take nothing more; what is queued can still be drained."""
        self._closed = True
        self._filled.set()
