"""The real agent as a process of its own: start it, know when it is ready, stop it. Asks nothing: see `api`."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.lab.agent.workspace import Workspace

READY_WITHIN = 20.0
STOPPED_WITHIN = 10.0
COMMAND = Path(sys.executable).parent / "cmsp-agent"


class AgentFailed(Exception):
    """The agent ended, or did not become ready; the text holds the end of its log."""


@dataclass(slots=True)
class AgentProcess:
    """``cmsp-agent run`` on a workspace.

    Attributes:
        workspace: its configuration, state and log.
        prefix: words before the command, such as ``ip netns exec NAME``.
    """

    workspace: Workspace
    prefix: tuple[str, ...] = ()
    _process: asyncio.subprocess.Process | None = field(default=None)

    async def __aenter__(self) -> Self:
        """Start it and wait until its socket answers.

        Raises:
            AgentFailed: it ended or took more than `READY_WITHIN` seconds.
        """
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.stop()

    async def start(self) -> None:
        """Start it and wait until its socket takes connections."""
        with self.workspace.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.prefix,
                str(COMMAND),
                "run",
                "--config",
                str(self.workspace.site_yaml),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "NO_COLOR": "1"},
            )
        try:
            async with asyncio.timeout(READY_WITHIN):
                while not await self._answers():
                    if self._process.returncode is not None:
                        raise AgentFailed(f"the agent ended with {self._process.returncode}:\n{self.last_words()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AgentFailed(f"the agent is not ready after {READY_WITHIN:g} s:\n{self.last_words()}") from None

    @property
    def pid(self) -> int:
        """Its process ID, while it runs."""
        assert self._process is not None
        return self._process.pid

    async def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no farewell."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await process.wait()

    async def stop(self) -> int | None:
        """End it, by force if it does not end by itself; returns its exit code."""
        process = self._process
        if process is None:
            return None
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOPPED_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()
        self._process = None
        return process.returncode

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self.workspace.log.read_text(errors="replace").splitlines()[-15:])

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_unix_connection(self.workspace.api_socket)
        except OSError:
            return False
        writer.transport.abort()
        return True
