"""What asyncssh alone costs for the same dialogue: login with a known key, two commands. The floor, not a product.

Run as `python -m tests.bench.backup.floor PUBLIC_KEY`; prints one JSON line.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import asyncssh

from cmsp_agent.services.backups.build import DIALOGUES
from tests.bench.backup.devices import COUNT, PASSWORD, PROMPT, USER, address
from tests.bench.backup.ours import cpu, rss_mb


async def one(host: str, known: asyncssh.SSHKey, places: asyncio.Semaphore) -> int:
    """Read a device; how many bytes it said."""
    async with (
        places,
        asyncssh.connect(
            host,
            username=USER,
            password=PASSWORD,
            known_hosts=([known], [], []),
            client_keys=None,
            agent_path=None,
            config=None,
            preferred_auth=["password"],
            compression_algs=None,
            encryption_algs=["aes128-gcm@openssh.com", "aes128-ctr"],
        ) as connection,
    ):
        shell = await connection.create_process(term_type="vt100", term_size=(511, 24), encoding=None)
        said = 0
        for command in (b"", b"terminal length 0\n", b"show version\n", b"show running-config\n"):
            shell.stdin.write(command)
            answer = bytearray()
            while not answer.endswith(PROMPT):
                answer += await shell.stdout.read(65536)
            said += len(answer)
        shell.stdin.write(b"exit\n")
        return said


async def all_of_them(known: asyncssh.SSHKey) -> dict[str, float]:
    """Twenty at a time."""
    places, before = asyncio.Semaphore(DIALOGUES), rss_mb()
    started, used = time.monotonic(), cpu()
    said = await asyncio.gather(*(one(address(number), known, places) for number in range(1, COUNT + 1)))
    saved = sum(each > 29_000 for each in said)
    took, spent = time.monotonic() - started, cpu() - used
    return {"devices": saved, "cpu": spent, "seconds": took, "grown_mb": rss_mb() - before}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(all_of_them(asyncssh.read_public_key(Path(sys.argv[1]))))), flush=True)
