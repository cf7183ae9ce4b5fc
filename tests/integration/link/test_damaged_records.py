"""Damaged and poisonous records of the outbox: each costs itself, is kept as a dead letter, and blocks nothing."""

import json
import sqlite3
from typing import Any

import pytest

from cmsp_agent.storage.outbox.soundness import checksum
from tests.integration.link.conftest import APPLIANCE, Site

BAD = 701


async def damage(site: Site, change: str, *values: Any) -> None:
    """Change one row as a failing disk would."""
    await site.database.write(lambda tx: tx.execute(f"update outbox set {change} where row = {BAD}", values))


def check(site: Site, names: list[str], at: int = BAD) -> None:
    assert site.reported() == names[: at - 2] + names[at - 1 :]
    (gap,) = site.reported_of("cmsp.gap.v1")
    assert (gap["first"], gap["last"]) == (at, at)
    assert site.headend.store.holes(APPLIANCE) == []


DAMAGE: dict[str, tuple[Any, ...]] = {
    "body = ?": (b"\x00\xff" * 40,),
    "body = 'text'": (),
    "body = x''": (),
    "body = substr(body, 1, 60)": (),
    "kind = 99": (),
    "kind = 'x'": (),
    "severity = -3": (),
    "severity = x'00'": (),
    "appended_at = 'then'": (),
    "appended_at = 9e99": (),
    "first = 'one'": (),
    "first = 5000": (),
    "first = 1": (),
    "first = row": (),
    "checksum = 7": (),
    "checksum = null": (),
    "checksum = null, body = replace(body, 'e', 'f')": (),
}


@pytest.mark.parametrize("change", DAMAGE)
async def test_a_damaged_field_costs_its_record(site: Site, change: str) -> None:
    names = await site.append(1500)
    await damage(site, change, *DAMAGE[change])
    await site.start()
    await site.drained()
    check(site, names)
    assert [kind for kind, _ in site.noted.notes] == ["outbox.damaged"]
    assert await site.database.read(letters) == 1


def letters(connection: sqlite3.Connection) -> int:
    return int(connection.execute("select count(*) from dead_letters").fetchone()[0])


@pytest.mark.parametrize("poison", [b'"x":nonsense}', b'"id":7}', b"\xff\xfe}", b"}"])
async def test_what_the_head_end_cannot_read_is_found_among_others(site: Site, poison: bytes) -> None:
    names = await site.append(1500)
    summed = checksum(8, 6, 1, poison)
    await damage(site, "body = ?, checksum = ?, kind = 8, severity = 6, appended_at = 1", poison, summed)
    await site.start()
    await site.drained()
    check(site, names)
    assert [kind for kind, _ in site.noted.notes] == ["headend.record_refused"]


REFUSALS = (200, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 418, 422, 431, 451)


@pytest.mark.parametrize(("status", "at"), [*((status, status % 30 + 2) for status in REFUSALS), (415, 2), (415, 31)])
async def test_a_record_that_alone_is_refused_by_any_status_blocks_nothing(site: Site, status: int, at: int) -> None:
    names = await site.append(30)
    site.headend.refused[f'"{names[at - 2]}"'.encode()] = status
    await site.start()
    await site.drained()
    check(site, names, at)
    assert await site.database.read(letters) == 1
    assert [kind for kind, _ in site.noted.notes] == ["headend.record_refused"]


@pytest.mark.parametrize("status", [404, 413, 415, 422])
async def test_a_head_end_that_refuses_everything_costs_nothing(site: Site, status: int) -> None:
    names = await site.append(30)
    site.headend.refused[b"sequence"] = status
    await site.start()
    await site.until(lambda: site.forwarder.link.refuses_all)
    assert await site.database.read(letters) == 0
    await site.until(lambda: site.forwarder.link.refusals >= 4)
    site.headend.refused.clear()
    await site.drained()
    assert site.reported() == names
    assert site.reported_of("cmsp.gap.v1") == []
    assert await site.database.read(letters) == 0
    assert site.noted.notes == []


async def test_a_head_end_that_refuses_everything_and_then_a_record_alone(site: Site) -> None:
    names = await site.append(9)
    site.headend.refused[b"sequence"] = 415
    await site.start()
    await site.until(lambda: site.forwarder.link.refuses_all)
    site.headend.refused = {f'"{names[0]}"'.encode(): 415}
    await site.drained(30)
    assert site.reported() == names[1:]
    assert await site.database.read(letters) == 1


async def test_three_poisonous_records_in_a_row(site: Site) -> None:
    names = await site.append(20)
    summed = checksum(8, 6, 1, b"}")
    await site.database.write(
        lambda tx: tx.execute(
            "update outbox set body = x'7d', checksum = ?, kind = 8, severity = 6, appended_at = 1"
            " where row between 5 and 7",
            (summed,),
        )
    )
    await site.start()
    await site.drained()
    assert site.reported() == names[:3] + names[6:]
    assert site.headend.store.holes(APPLIANCE) == []


async def test_records_of_a_release_without_checksums_are_sent(site: Site) -> None:
    names = await site.append(20)
    await site.database.write(lambda tx: tx.execute("update outbox set checksum = null where row <= 10"))
    await site.database.write(lambda tx: tx.execute("delete from meta where key = 'outbox.unsummed'"))
    await site.database.write(lambda tx: tx.execute("pragma user_version = 12"))
    await site.close()
    await site.open()
    await site.start()
    await site.drained()
    assert site.reported() == names


async def test_rows_that_are_missing_are_a_gap(site: Site) -> None:
    names = await site.append(1500)
    await site.database.write(lambda tx: tx.execute("delete from outbox where row between 700 and 709"))
    await site.start()
    await site.drained()
    assert site.reported() == names[:698] + names[708:]
    (gap,) = site.reported_of("cmsp.gap.v1")
    assert (gap["first"], gap["last"]) == (700, 709)


@pytest.mark.parametrize("change", ["body = x'00'", "first = 'one'", "body = 5, checksum = null"])
async def test_a_damaged_gap_does_not_stop_the_rest(site: Site, change: str) -> None:
    await site.append(100)
    await site.start()
    await site.drained()
    await site.stop()
    site.headend.store.fall_back(APPLIANCE, 50)
    names = await site.append(10)
    await site.start()
    await site.until(lambda: site.reported_of("cmsp.gap.v1"))
    await site.drained()
    await site.stop()
    site.headend.store.fall_back(APPLIANCE, 50)
    site.headend.cut()
    names += await site.append(10)
    await site.database.write(
        lambda tx: tx.execute(
            "insert or replace into outbox(row, first, kind, severity, appended_at, body, checksum)"
            " values(111, 51, 10, 6, 1, x'7b7d', 3)"
        )
    )
    await site.database.write(lambda tx: tx.execute(f"update outbox set {change} where row = 111"))
    site.headend.restore()
    await site.start()
    await site.drained()
    assert site.reported()[-10:] == names[-10:]
    assert site.headend.store.holes(APPLIANCE) == []


@pytest.mark.parametrize("key", ["outbox.durable", "outbox.sent", "outbox.epoch", "outbox.source"])
async def test_damaged_values_do_not_stop_the_start(site: Site, key: str) -> None:
    names = await site.append(10)
    await site.start()
    await site.drained()
    await site.stop()
    await site.database.write(lambda tx: tx.execute("update meta set value = ? where key = ?", (b"\xff\xfe", key)))
    await site.close()
    await site.open()
    names += await site.append(5)
    await site.start()
    await site.drained()
    assert set(names) <= set(site.reported())
    assert site.headend.store.holes(APPLIANCE) == []


def test_json_is_what_a_batch_holds() -> None:
    """The poison above is poison: none of it completes a CloudEvent."""
    with pytest.raises(ValueError, match=r"delimiter|property|value"):
        json.loads(b'{"sequence":"1",}')
