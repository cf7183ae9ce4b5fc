"""Runs one task while another is awaited."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """One piece of work that runs beside its owner, who takes the result later. One at a time."""

    def __init__(self) -> None:
        self._task: asyncio.Task[T] | None = None

    def begin(self, work: Coroutine[Any, Any, T]) -> None:
        """Start the work; what was begun before must have been taken."""
        assert self._task is None
        self._task = asyncio.get_running_loop().create_task(work)

    async def result(self) -> T | None:
        """Wait for what was begun and take its result, or raise its error; None where nothing was begun."""
        task, self._task = self._task, None
        return None if task is None else await task

    async def end(self) -> None:
        """Give it up."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
