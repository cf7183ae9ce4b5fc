"""Every answer of the contract, and every nonsense, from a real head-end through TLS."""

import json

import pytest

from cmsp_agent.services.link.forwarder import IDLE
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.numbering import current
from cmsp_agent.storage.outbox.records import Record
from tests.integration.link.conftest import APPLIANCE, Site
from tests.lab.headend import Kind


async def test_everything_arrives_once_and_in_order(site: Site) -> None:
    before = await site.append(2500)
    await site.start()
    after = await site.append(10)
    await site.drained()
    assert site.reported() == before + after
    assert site.headend.store.holes(APPLIANCE) == []
    assert site.forwarder.connected
    assert [n for _, n in site.headend.requests] == sorted((n for _, n in site.headend.requests), reverse=True)


async def test_an_acknowledgement_that_got_lost_makes_no_double(site: Site) -> None:
    names = await site.append(1500)
    site.headend.fail(Kind.DEAF, times=2)
    await site.start()
    await site.drained()
    assert site.reported() == names


async def test_409_goes_on_from_what_is_expected(site: Site) -> None:
    names = await site.append(30)
    await site.start()
    await site.drained()
    site.headend.fail(Kind.EXPECT, 32)
    names += await site.append(5)
    await site.drained()
    assert site.reported() == names


async def test_a_head_end_that_lost_its_database_gets_a_gap_and_then_the_rest(site: Site) -> None:
    await site.append(30)
    await site.start()
    await site.drained()
    site.headend.store.lose_everything()
    names = await site.append(5)
    await site.drained()
    assert site.reported() == names
    (gap,) = site.reported_of("cmsp.gap.v1")
    assert (gap["first"], gap["last"]) == (1, 31)
    assert site.headend.store.holes(APPLIANCE) == []


async def test_a_head_end_that_was_restored_gets_a_gap_for_what_it_lost(site: Site) -> None:
    await site.append(30)
    await site.start()
    await site.drained()
    site.headend.store.fall_back(APPLIANCE, 21)
    names = await site.append(5)
    await site.drained()
    assert site.reported()[-5:] == names
    (gap,) = site.reported_of("cmsp.gap.v1")
    assert (gap["first"], gap["last"]) == (22, 31)
    assert site.headend.store.holes(APPLIANCE) == []


async def test_413_halves_the_batch(site: Site) -> None:
    names = await site.append(800)
    site.headend.fail(Kind.STATUS, 413, times=3)
    await site.start()
    await site.drained()
    assert site.reported() == names
    assert site.headend.requests[0][1] == 100


async def test_a_record_too_large_alone_is_a_dead_letter(site: Site) -> None:
    names = await site.append(3)
    await site.append(1, size=1_100_000)
    names += await site.append(3)
    await site.start()
    await site.drained()
    assert site.reported() == names
    (gap,) = site.reported_of("cmsp.gap.v1")
    assert (gap["first"], gap["last"]) == (5, 5)


async def test_422_sends_alone_then_sets_aside_and_reports(site: Site) -> None:
    names = await site.append(10)
    site.headend.fail(Kind.REFUSE, 5)
    await site.start()
    await site.until(lambda: site.headend.requests)
    site.headend.restore()
    await site.drained()
    assert site.reported() == names, "refused once only: nothing became a dead letter"

    site.headend.fail(Kind.REFUSE, 15, times=1)
    more = await site.append(8)
    await site.drained()
    assert site.reported() == names + more


async def test_422_twice_makes_a_dead_letter_and_a_gap(site: Site) -> None:
    await site.append(3)
    bad = {"specversion": "1.0"}
    await site.database.write(lambda tx: outbox.append(tx, Record("bad", "cmsp.event.v1", "", "", 0, bad), 0))
    await site.append(3)
    await site.start()
    await site.drained()
    assert len(site.reported()) == 6
    (gap,) = site.reported_of("cmsp.gap.v1")
    assert gap["first"] == gap["last"] == 5
    assert gap["reason"] == "refused by the head-end"
    assert [kind for kind, _ in site.noted.notes] == ["headend.record_refused"]
    assert site.counters.value("forwarder.dead_letters") == 1
    assert site.headend.store.holes(APPLIANCE) == []


async def test_422_for_a_number_inside_a_gap_does_not_stop_the_rest(site: Site) -> None:
    await site.append(100)
    await site.start()
    await site.drained()
    site.headend.store.lose_everything()
    site.headend.fail(Kind.EXPECT, 3)
    site.headend.fail(Kind.REFUSE, 50)
    names = await site.append(5)
    await site.drained()
    assert site.reported() == names
    assert site.headend.store.holes(APPLIANCE) == []


@pytest.mark.parametrize(("status", "header"), [(429, "7"), (503, "7"), (503, "Wed, 21 Oct 2015 07:28:00 GMT")])
async def test_retry_after_is_waited_for(site: Site, status: int, header: str) -> None:
    names = await site.append(3)
    site.headend.fail(Kind.STATUS, status, header)
    await site.start()
    await site.drained()
    assert site.reported() == names
    assert (7.0 in site.clock.slept) == (header == "7")


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_access_keeps_everything_and_is_reported_once(site: Site, status: int) -> None:
    names = await site.append(3)
    site.headend.fail(Kind.STATUS, status, times=4, method="")
    await site.start()
    await site.drained()
    assert site.reported() == names
    assert site.noted.alarms == [("headend.refused", True), ("headend.refused", False)]
    assert max(site.clock.slept) >= 60


async def test_an_appliance_with_anothers_certificate_is_refused(site: Site) -> None:
    await site.append(1)
    await site.start(certificate_of="apl-2")
    await site.until(lambda: ("headend.refused", True) in site.noted.alarms)
    assert site.reported() == []


VIOLATION = {
    "no JSON": "<html>Login</html>",
    "a list": "[1, 2]",
    "empty": "",
    "no fields": "{}",
    "a string": '{"epoch": "E", "durable": "7"}',
    "a float": '{"epoch": "E", "durable": 7.5}',
    "true": '{"epoch": "E", "durable": true}',
    "negative": '{"epoch": "E", "durable": -1}',
    "huge number": '{"epoch": "E", "durable": 99999999999999999999999999}',
    "another epoch": '{"epoch": "E", "durable": 3}',
    "deep": "[" * 20_000,
}


@pytest.mark.parametrize("text", VIOLATION.values(), ids=VIOLATION.keys())
async def test_a_protocol_violation_is_counted_and_nothing_is_lost(site: Site, text: str) -> None:
    names = await site.append(20)
    site.headend.fail(Kind.VIOLATION, text=text, times=2)
    await site.start()
    await site.drained()
    assert site.reported() == names
    assert site.counters.value("forwarder.protocol_violations") == 2
    assert site.noted.alarms == [("headend.lost", True), ("headend.lost", False)]


async def test_more_acknowledged_than_was_sent_forgets_nothing(site: Site) -> None:
    names = await site.append(1500)
    epoch = (await site.database.read(current)).epoch
    site.headend.fail(Kind.VIOLATION, text=json.dumps({"epoch": epoch, "durable": 1400}), times=1)
    await site.start()
    await site.drained()
    assert site.reported() == names
    assert site.counters.value("forwarder.protocol_violations") == 1


@pytest.mark.parametrize("kind", [Kind.HUGE, Kind.DROP, Kind.DRIP, Kind.SILENCE])
async def test_no_usable_answer(site: Site, kind: Kind) -> None:
    names = await site.append(5)
    site.headend.fail(kind, 5_000_000 if kind is Kind.HUGE else 0)
    await site.start(total=1.0)
    await site.drained()
    assert site.reported() == names


@pytest.mark.parametrize("status", [100, 204, 301, 400, 404, 500, 599])
async def test_any_other_status_is_tried_again(site: Site, status: int) -> None:
    names = await site.append(5)
    site.headend.fail(Kind.STATUS, status)
    await site.start(total=1.0)
    await site.drained()
    assert site.reported() == names


async def test_an_outage_is_reported_once_and_then_everything_flows(site: Site) -> None:
    connected: list[str] = []
    await site.start(on_connected=lambda: connected.append("now"))
    names = await site.append(5)
    await site.drained()
    site.headend.cut()
    names += await site.append(5)
    await site.until(lambda: site.forwarder.link.failures >= 4)
    assert not site.forwarder.connected
    assert site.noted.alarms == [("headend.lost", True)]
    site.headend.restore()
    await site.drained()
    assert site.reported() == names
    assert site.noted.alarms == [("headend.lost", True), ("headend.lost", False)]
    assert connected == ["now", "now"]


async def test_the_next_url_is_asked_after_a_failure(site: Site) -> None:
    names = await site.append(5)
    await site.start(urls=["https://localhost:9", site.headend.url])
    await site.drained()
    assert site.reported() == names


async def test_backoff_grows_with_jitter_up_to_its_bounds(site: Site) -> None:
    site.headend.fail(Kind.STATUS, 500, times=12, method="")
    await site.append(1)
    await site.start()
    await site.drained(30)
    waits = [wait for wait in site.clock.slept if wait != IDLE]
    assert waits[:6] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    assert max(waits) == 150.0


async def test_replay_keeps_to_its_pace(site: Site) -> None:
    await site.append(3000, size=100)
    await site.start(pace=1000.0)
    await site.drained()
    sent = site.counters.value("forwarder.bytes")
    assert sum(wait for wait in site.clock.slept if wait != IDLE) == pytest.approx(sent / 1000, rel=0.2)
