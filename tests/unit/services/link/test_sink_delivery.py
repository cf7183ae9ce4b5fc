import threading
from collections.abc import Mapping

from cmsp_agent.aio.threads import SYSTEM_THREADS
from cmsp_agent.config.configuration import SinkSettings
from cmsp_agent.model.secret import Secret
from cmsp_agent.plugin.record_sink import RecordBatch, RecordSink, TakeBatch
from cmsp_agent.services.link.sink_delivery import SinkDelivery

BATCH = RecordBatch("e", 1, 2, 2, b'[{"id":"a"},{"id":"b"}]')
AT_ONCE = 0.02


def delivery(kind: RecordSink | None, **options: str | Secret) -> SinkDelivery:
    return SinkDelivery("x", kind, SinkSettings("test", options), SYSTEM_THREADS)


async def test_one_that_hangs_is_waited_for_and_no_other_thread_is_begun() -> None:
    opened, release = [0], threading.Event()

    def code(_: Mapping[str, str]) -> TakeBatch:
        opened[0] += 1
        return lambda _: release.wait()

    sink = delivery(RecordSink("test", "Test", code))
    for _ in range(3):
        assert "has not returned" in await sink.hand_over(BATCH, AT_ONCE)
        assert sink.hanging
    release.set()
    assert await sink.hand_over(BATCH) == ""
    assert opened == [1]
    assert not sink.hanging


async def test_one_that_failed_is_opened_anew_and_its_secret_is_not_repeated() -> None:
    taken: list[str] = []

    def code(options: Mapping[str, str]) -> TakeBatch:
        taken.append("opened")

        def deliver(batch: RecordBatch) -> None:
            taken.extend(event["id"] for event in batch.events())
            if len(taken) < 4:
                raise SystemExit(f"refused {options['password']}")

        return deliver

    sink = delivery(RecordSink("test", "Test", code), password=Secret("p", lambda: "s3cr3t"))
    reason = await sink.hand_over(BATCH)
    assert "refused ***" in reason
    assert await sink.hand_over(BATCH) == ""
    assert await sink.hand_over(BATCH) == ""
    assert taken == ["opened", "a", "b", "opened", "a", "b", "a", "b"]


async def test_one_that_nobody_brings_says_so() -> None:
    assert await delivery(None).hand_over(BATCH) == "no plugin brings the sink 'test'"
