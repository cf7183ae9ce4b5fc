"""SSH dialogues from the event loop: a bounded pool of threads, a deadline over the whole, pinned host keys."""

import functools
from collections.abc import Callable, Sequence
from typing import TypeVar

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import DeviceError, DeviceUnreachable, NotPermittedHere
from cmsp_agent.model.machine_faults import kind_in_words
from cmsp_agent.transports.ssh.command_line import Whole
from cmsp_agent.transports.ssh.handshake import quieten_paramiko
from cmsp_agent.transports.ssh.hostkeys import HostKeyStore
from cmsp_agent.transports.ssh.session import SshSession
from cmsp_agent.transports.ssh.target import CliLimits, CliTarget, HostKeyChanged

T = TypeVar("T")


class CliClient:
    """Carries dialogues out. Counts `cli.sessions` and, by kind, `cli.failed`."""

    def __init__(
        self,
        pool: BlockingPool,
        host_keys: HostKeyStore,
        clock: Clock,
        counters: Counters,
        limits: CliLimits | None = None,
    ) -> None:
        quieten_paramiko()
        self._pool = pool
        self._host_keys = host_keys
        self._clock = clock
        self._counters = counters
        self._limits = limits or CliLimits()

    async def commands(
        self, target: CliTarget, commands: Sequence[str], within: float, complete: Whole | None = None
    ) -> list[str]:
        """Send exec commands in one session; their outputs in order, each until it is `complete`.

        Raises as `dialogue` does.
        """
        return await self.dialogue(
            target, lambda session: [session.command(text, complete) for text in commands], within
        )

    async def dialogue(self, target: CliTarget, work: Callable[[SshSession], T], within: float) -> T:
        """Log in and run `work` with the session, in a thread of the pool.

        Args:
            target: the device.
            work: called with the open session, in the pool's thread; must not keep the session.
            within: seconds for all of it, the wait for a free thread included; then the connection is cut.

        Raises:
            DeviceUnreachable: no answer at some stage, which the text names.
            AuthenticationRejected: the login was refused; don't try again by yourself.
            HostKeyChanged: another host key than the pinned one.
            LegacyAlgorithmsOnly, NoAlgorithmInCommon: the device needs algorithms that are off for it, or that we lack.
            DeviceAnswerInvalid: not SSH, no prompt, or endless output.
            NotPermittedHere: as many dialogues as allowed are waiting already.
        """
        return await self._connected(target, lambda session: session.carry_out(work), within)

    async def _connected(self, target: CliTarget, work: Callable[[SshSession], T], within: float) -> T:
        pinned = await self._host_keys.pinned(target.address, target.port)
        session = SshSession(target, pinned, self._limits, self._clock)
        self._counters.add("cli.sessions")
        try:
            return await self._in_thread(session, work, within)
        except DeviceError as error:
            self._counters.add("cli.failed", key=kind_in_words(error))
            raise
        finally:
            await self._remember(session, known=bool(pinned))

    async def upload(self, target: CliTarget, path: str, content: bytes, within: float) -> None:
        """Copy a file to the device by SCP, in a connection of its own: many devices allow one channel in each.

        Raises:
            CommandRejected: the device takes no file there.
            DeviceError: as `dialogue`.
        """
        await self._connected(target, lambda session: session.upload(path, content), within)

    async def _in_thread(self, session: SshSession, work: Callable[[SshSession], T], within: float) -> T:
        try:
            return await self._pool.run(functools.partial(work, session), within=within, abort=session.abort)
        except TimeoutError as error:
            late = f"{session.target}: not done within {within:g} s, cut off at {session.stage}"
            raise DeviceUnreachable(late) from error
        except PoolFull as error:
            raise NotPermittedHere(f"{session.target}: {error}") from error

    async def _remember(self, session: SshSession, *, known: bool) -> None:
        """Pin the key of a device that logged us in for the first time."""
        if known or session.proven is None:
            return
        pinned = await self._host_keys.pin(session.target.address, session.target.port, session.proven)
        self._counters.add("cli.host_keys", key=session.target.address)
        if session.proven not in pinned:
            raise HostKeyChanged(f"{session.target}: two host keys were shown at its first use")
