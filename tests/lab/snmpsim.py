"""A real peer that plays recordings of devices on loopback: snmpsim, one community for each recording."""

import asyncio
import contextlib
import importlib.util
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from tests.lab.ports import free_port

PROGRAM = Path(sys.executable).with_name("snmpsim-command-responder")
INSTALLED = importlib.util.find_spec("snmpsim") is not None and PROGRAM.exists()
READY = "Listening at UDP/IPv4 endpoint"
READY_WITHIN = 30.0
LIMIT = 1 << 20
"""Bytes of a line that it logs: it logs what it answers."""


def _rights() -> tuple[str, ...]:
    """As root it wants to know as whom to go on: as itself, since others may not read the interpreter's files."""
    return ("--process-user=root", "--process-group=root") if os.geteuid() == 0 else ()


@contextlib.asynccontextmanager
async def snmpsim(folder: Path, recordings: Iterable[Path], addresses: tuple[str, ...]) -> AsyncIterator[int]:
    """Play recordings until the block ends; the port on each address. A recording's community is its file's name.

    Raises:
        RuntimeError: it ended, or did not listen in `READY_WITHIN` seconds.
    """
    data, port = folder / "data", free_port()
    data.mkdir()
    for recording in recordings:
        shutil.copy(recording, data)
    process = await asyncio.create_subprocess_exec(
        *(str(PROGRAM), *_rights(), f"--data-dir={data}", f"--cache-dir={folder / 'cache'}"),
        *("--variation-modules-dir=", *(f"--agent-udpv4-endpoint={address}:{port}" for address in addresses)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        limit=LIMIT,
    )
    assert process.stderr is not None
    said: list[bytes] = []
    try:
        async with asyncio.timeout(READY_WITHIN):
            for _ in addresses:
                while READY.encode() not in (line := await process.stderr.readline()):
                    said.append(line)
                    if not line:
                        raise RuntimeError(b"".join(said)[-2000:].decode(errors="replace"))
        drained = asyncio.create_task(_drain(process.stderr))
        yield port
        drained.cancel()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.read(LIMIT):
        pass
