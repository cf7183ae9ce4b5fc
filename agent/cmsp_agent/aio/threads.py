"""Makes threads. Every part that needs one is given this, so that a simulation can replace it."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from threading import Thread
from typing import Protocol


class Threads(Protocol):
    """Makes threads."""

    def pool(self, name: str, threads: int) -> Executor:
        """So many threads that take calls in turn."""
        ...

    def start(self, name: str, run: Callable[[], None]) -> Callable[[float], None]:
        """Run beside the event loop, not counted on by anybody; returns what waits so many seconds for its end."""
        ...


class SystemThreads:
    """The threads of the operating system."""

    def pool(self, name: str, threads: int) -> Executor:
        return ThreadPoolExecutor(threads, thread_name_prefix=name)

    def start(self, name: str, run: Callable[[], None]) -> Callable[[float], None]:
        thread = Thread(target=run, name=name, daemon=True)
        thread.start()
        return thread.join


SYSTEM_THREADS = SystemThreads()
