"""The agent's own taking and storing, twenty at a time: two commands, volatile lines left out, encrypted, recorded.

Run as `python -m tests.bench.backup.ours FOLDER`; prints one JSON line. The first round pins the host keys and stores,
the second one is measured, with one line changed in what was stored so that each is a new version.
"""

import asyncio
import json
import re
import resource
import sys
import time
from pathlib import Path

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.memory import settle_memory
from cmsp_agent.model.component import Component
from cmsp_agent.model.credentials import Credentials, SshCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups import Backups, Directory, Manifest, ManifestCopies
from cmsp_agent.services.backups.build import DIALOGUES
from cmsp_agent.services.backups.clean_text import clean
from cmsp_agent.services.backups.ssh_reading import WITHIN
from cmsp_agent.services.devices.login import command_line_of
from cmsp_agent.storage.sealed.blobs import Blobs
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.state import open_state
from cmsp_agent.transports.ssh import CliClient, SshSession
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys
from cmsp_agent.transports.ssh.terminal_noise import without_noise
from cmsp_plugins.cisco_ios.cli import CLI
from tests.bench.backup.devices import COUNT, PASSWORD, USER, address

LAST = re.compile(CLI.complete, re.MULTILINE)


class TwoCommands:
    """Asks what the peer asks, and keeps what the agent keeps."""

    def __init__(self, client: CliClient) -> None:
        self._client = client
        self.round = 1

    async def __call__(self, component: Component, platform: CliPlatform) -> str:
        assert component.credentials.ssh is not None
        target = command_line_of(component, component.credentials.ssh, platform.driver)

        def ask(session: SshSession) -> tuple[str, str]:
            return session.command("show version"), session.command(platform.config, complete)

        def complete(output: str) -> bool:
            return LAST.search(without_noise(clean(output))[0]) is not None

        version, running = await self._client.dialogue(target, ask, WITHIN)
        assert "Version 15.7" in version
        return running.replace("hostname gw", f"hostname gw-{self.round}", 1)


def cpu() -> float:
    """CPU seconds of this process, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def rss_mb() -> float:
    """Memory that it has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


async def save_all(folder: Path) -> dict[str, float]:
    """Both rounds."""
    settle_memory()
    clock, counters = SystemClock(), Counters()
    database = await open_state(folder / "state.db", "apl-bench", clock=clock, counters=counters)
    (store := folder / "backups").mkdir()
    key, pool, texts = master_key(folder), BlockingPool("ssh", DIALOGUES, 500), BlockingPool("texts", 1, 500)
    blobs, copies = Blobs(store, key), ManifestCopies(store, key)
    login = Credentials(ssh=SshCredential(USER, Secret("cli", lambda: PASSWORD)))
    components = {f"gw-{n}": Component(f"gw-{n}", (address(n),), "lab", credentials=login) for n in range(1, COUNT + 1)}

    async def tell(signal: AgentSignal) -> None:
        assert not signal.raised, signal

    reader = TwoCommands(CliClient(pool, StoredHostKeys(database, clock), clock, counters))
    directory = Directory(components.get, lambda name: CLI)
    manifest = Manifest(database, blobs, copies)
    backups = Backups(directory, reader, manifest, tell, texts, clock, counters, at_once=DIALOGUES)
    before, peak = rss_mb(), [0.0]

    async def watch() -> None:
        while True:
            peak[0] = max(peak[0], rss_mb())
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(backups.run(name, "schedule") for name in components))
    reader.round, started, used = 2, time.monotonic(), cpu()
    outcomes = await asyncio.gather(*(backups.run(name, "schedule") for name in components))
    took, spent = time.monotonic() - started, cpu() - used
    watching.cancel()
    saved = sum(each.error is None and each.result == "stored" for each in outcomes)
    await pool.close(3.0)
    await texts.close()
    await copies.close()
    await blobs.close()
    await database.close()
    return {"devices": saved, "cpu": spent, "seconds": took, "grown_mb": peak[0] - before}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(save_all(Path(sys.argv[1])))), flush=True)
