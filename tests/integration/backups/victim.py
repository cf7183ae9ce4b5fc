"""Takes backups and keeps to a retention until it kills itself at a given step: between any two calls that write.

Run as `python -m tests.integration.backups.victim DIRECTORY FIRST STEP`; it says each version that
it called stored, and at its end, where STEP is 0, how many steps there were.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.configuration import BackupsKept
from cmsp_agent.model.component import Component
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.copies import ManifestCopies
from cmsp_agent.services.backups.manifest import Manifest
from cmsp_agent.services.backups.outcome import Directory
from cmsp_agent.services.backups.removal import Removal
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.storage.sealed.backup_set import BackupSet
from cmsp_agent.storage.sealed.blobs import Blobs
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.state import open_state

TAKEN = 3
"""Versions that one life takes."""
KEPT = BackupsKept(last=4, daily=0, weekly=0, monthly=0, yearly=0)
PLATFORM = CliPlatform(driver="generic", must_have=(r"^hostname \S",), complete=r"^end\s*\Z")


def text_of(number: int) -> str:
    """The configuration of a number."""
    return f"hostname gw-{number}\n" + "interface Gi0/0\n shutdown\n" * 200 + "end\n"


class Steps:
    """Counts the steps, and ends this process at one of them."""

    def __init__(self, last: int) -> None:
        self._last = last
        self.count = 0

    def step(self) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        """A step before and after each call."""
        known: Callable[..., Any] = getattr(owner, name)

        def called(*given: Any, **named: Any) -> Any:
            self.step()
            result = known(*given, **named)
            self.step()
            return result

        setattr(owner, name, called)


async def live(folder: Path, first: int, steps: Steps) -> None:
    """Take a few versions, one after the other, then remove what is kept no more."""
    clock, counters = SystemClock(), Counters()
    key, store = master_key(folder), folder / "backups"
    database = await open_state(folder / "state.db", "apl", clock=clock, counters=counters)
    BackupSet(store, key, None, lambda: True).require(known=False)
    blobs, copies, pool = Blobs(store, key), ManifestCopies(store, key), BlockingPool("texts", threads=1, waiting=9)
    number = first

    async def read(component: Component, platform: CliPlatform) -> str:
        steps.step()
        return text_of(number)

    async def tell(reported: AgentSignal) -> None:
        steps.step()

    manifest = Manifest(database, blobs, copies)
    directory = Directory({"gw-1": Component("gw-1", ("192.0.2.1",), "paris")}.get, lambda name: PLATFORM)
    backups = Backups(directory, read, manifest, tell, pool, clock, counters)
    for owner, name in ((os, "open"), (os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "mkdir")):
        steps.around(owner, name)
    for number in range(first, first + TAKEN):  # noqa: B007 - read by the device
        outcome = await backups.run("gw-1", "demand")
        assert outcome.backup is not None, outcome
        print(outcome.backup.id, flush=True)
    await Removal(manifest, database, lambda name: nullcontext(), counters).run(KEPT)
    print("steps", steps.count, flush=True)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), int(sys.argv[2]), Steps(int(sys.argv[3]))))
