"""Hands batches to one sink of a plugin: on a thread of the sink's own, one batch at a time."""

import asyncio
from collections.abc import Mapping
from functools import partial

from cmsp_agent.aio.threads import Threads
from cmsp_agent.config.configuration import SinkSettings
from cmsp_agent.model.secret import Secret
from cmsp_agent.plugin.record_sink import RecordBatch, RecordSink, TakeBatch
from cmsp_agent.plugin.sink_calls import attempted

WITHIN = 60.0
"""Seconds after which a delivery that has not returned is reported."""
HIDDEN = "***"


class SinkDelivery:
    """A kind of sink with its options; None where no plugin brings the kind."""

    def __init__(self, name: str, kind: RecordSink | None, settings: SinkSettings, threads: Threads) -> None:
        self._name = name
        self._kind = kind
        self._settings = settings
        self._threads = threads
        self._deliver: TakeBatch | None = None
        self._running: asyncio.Future[str] | None = None
        self._secrets: set[str] = set()

    @property
    def hanging(self) -> bool:
        """The last batch is still being delivered."""
        return self._running is not None

    async def hand_over(self, batch: RecordBatch, within: float = WITHIN) -> str:
        """Why the sink did not take the batch, or nothing.

        Where the last one hangs, it is waited for again, and no other is begun: the caller comes with the same batch.
        """
        if self._kind is None:
            return f"no plugin brings the sink {self._settings.kind!r}"
        if self._running is None:
            self._running = self._begin(self._kind, batch)
        try:
            async with asyncio.timeout(within):
                reason = await asyncio.shield(self._running)
        except TimeoutError:
            return f"a delivery has not returned within {within:g} s"
        self._running = None
        for secret in self._secrets:
            reason = reason.replace(secret, HIDDEN)
        return reason

    def _begin(self, kind: RecordSink, batch: RecordBatch) -> "asyncio.Future[str]":
        loop = asyncio.get_running_loop()
        done: asyncio.Future[str] = loop.create_future()

        def answer(reason: str) -> None:
            if not done.done():
                done.set_result(reason)

        def run() -> None:
            reason = attempted(partial(self._attempt, kind, batch))
            if not loop.is_closed():
                loop.call_soon_threadsafe(answer, reason)

        self._threads.start(f"sink {self._name}", run)
        return done

    def _attempt(self, kind: RecordSink, batch: RecordBatch) -> None:
        """Runs on the sink's thread; after a failure the sink is opened anew."""
        deliver, self._deliver = self._deliver, None
        if deliver is None:
            deliver = kind.open(self._options())
        deliver(batch)
        self._deliver = deliver

    def _options(self) -> Mapping[str, str]:
        options = {}
        for name, value in self._settings.options.items():
            options[name] = value.reveal() if isinstance(value, Secret) else value
            if isinstance(value, Secret):
                self._secrets.add(options[name])
        return options
