"""Reverted, recovered and replaced databases before the head-end: no number is ever used twice."""

import asyncio
import shutil

from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.numbering import current
from cmsp_agent.storage.tables import incidents
from tests.integration.link.conftest import APPLIANCE, Site
from tests.lab.headend.faults import Fault, Kind


async def test_a_restart_goes_on_where_it_was(site: Site) -> None:
    names = await site.append(20)
    await site.start()
    await site.drained()
    await site.close()
    await site.open()
    names += await site.append(20)
    await site.start()
    await site.drained()
    assert site.reported() == names
    assert len(site.reported_of("cmsp.epoch.v1")) == 1


async def test_a_database_restored_from_a_copy_begins_a_new_epoch(site: Site) -> None:
    await site.append(20)
    await site.start()
    await site.drained()
    await site.close()
    shutil.copy(site.path, site.path.with_suffix(".copy"))
    await site.open()
    later = await site.append(30)
    await site.start()
    await site.drained()
    await site.close()
    shutil.copy(site.path.with_suffix(".copy"), site.path)
    await site.open()
    reverted = (await site.database.read(current)).epoch
    anew = await site.append(10)
    await site.start()
    await site.drained()
    assert site.reported()[-40:-10] == later
    assert site.reported()[-10:] == anew
    _, second = site.reported_of("cmsp.epoch.v1")
    assert second == {"previous_epoch": reverted, "last_sequence": 31, "reason": "behind"}
    assert site.headend.store.holes(APPLIANCE) == []
    assert [text[:42] for kind, text in site.noted.notes if kind == "outbox.reverted"] == [
        "the head-end has 30 records that are not h"
    ]


async def test_a_copy_from_before_an_earlier_epoch_begins_another_one(site: Site) -> None:
    await site.append(20)
    await site.start()
    await site.drained()
    await site.close()
    copy = site.path.with_suffix(".copy")
    shutil.copy(site.path, copy)
    for expected in ("behind", "unknown"):
        await site.open()
        await site.append(5)
        if expected == "behind":
            site.headend.store.run_ahead(APPLIANCE, 1000)
        await site.start()
        await site.drained()
        assert site.reported_of("cmsp.epoch.v1")[-1]["reason"] == expected
        await site.close()
        shutil.copy(copy, site.path)
    await site.open()
    assert site.headend.store.holes(APPLIANCE) == []


async def test_a_lost_database_is_introduced_by_its_first_record(site: Site) -> None:
    await site.append(20)
    await site.start()
    await site.drained()
    await site.close()
    site.path.unlink()
    await site.open()
    names = await site.append(3)
    await site.start()
    await site.drained()
    assert site.reported()[-3:] == names
    assert [epoch["reason"] for epoch in site.reported_of("cmsp.epoch.v1")] == ["created", "created"]
    assert (await site.database.read(outbox.backlog)).durable == 4


async def test_a_damaged_database_is_introduced_as_recovered(site: Site) -> None:
    await site.append(20)
    await site.start()
    await site.drained()
    await site.close()
    site.path.write_bytes(b"garbage" * 1000)
    await site.open()
    names = await site.append(3)
    await site.start()
    await site.drained()
    assert site.reported()[-3:] == names
    assert [epoch["reason"] for epoch in site.reported_of("cmsp.epoch.v1")] == ["created", "recovered"]


async def test_damage_while_forwarding_is_survived(site: Site) -> None:
    await site.start()
    await site.append(200, size=20_000)
    await site.drained()
    await site.database.write(lambda tx: tx.execute("pragma cache_size = 0"))
    with site.path.open("r+b") as file:
        file.seek(0)
        file.write(b"\xff" * site.path.stat().st_size)
    names: list[str] = []

    async def reported() -> bool:
        try:
            names.extend(await site.append(1))
        except Exception:  # noqa: BLE001 - whatever the damage shows as
            return False
        return True

    for _ in range(50):
        if await reported() and len(names) > 3:
            break
    await site.drained()
    assert site.reported_of("cmsp.epoch.v1")[-1]["reason"] == "recovered"


async def number(site: Site) -> int:
    """The number that the next incident gets."""
    return int((await site.database.write(incidents.next_number)).removeprefix("INC-"))


async def test_a_reverted_database_gives_no_incident_number_twice(site: Site) -> None:
    await site.append(20)
    await site.start()
    await site.drained()
    before = await number(site)
    site.headend.store.run_ahead(APPLIANCE, 5021)
    site.forwarder.doubt()
    await site.append(1)
    await site.drained()
    assert await number(site) - before > 5000


async def test_a_lost_database_gives_no_incident_number_twice(site: Site) -> None:
    await site.append(2500)
    await site.start()
    await site.drained()
    await site.close()
    site.path.unlink()
    await site.open()
    await site.append(3)
    await site.start()
    await site.drained()
    assert await number(site) > 2500


async def test_a_damaged_database_gives_no_incident_number_twice(site: Site) -> None:
    await site.database.write(lambda tx: incidents.leave_room(tx, 7000, 0))
    before = await number(site)
    await site.close()
    content = bytearray(site.path.read_bytes())
    # the last pages: the schema, the values and the counts on the first ones can still be read
    content[-3 * 4096 :] = b"\xff" * 3 * 4096
    site.path.write_bytes(content)
    await site.open()
    assert site.database.opening.set_aside is not None
    assert await number(site) >= before + 1000


async def test_a_database_of_which_nothing_can_be_read_numbers_by_the_time(site: Site) -> None:
    await site.close()
    site.path.write_bytes(b"garbage" * 1000)
    await site.open()
    assert await number(site) > 3_000_000


async def test_a_new_appliance_numbers_its_incidents_from_one(site: Site) -> None:
    await site.append(3)
    await site.start()
    await site.drained()
    assert await number(site) == 1
    await site.close()
    await site.open()
    await site.start()
    await site.append(1)
    await site.drained()
    assert await number(site) == 1


async def test_a_lost_database_repeats_no_number_of_several_epochs_nor_before_the_head_end_is_reached(
    site: Site,
) -> None:
    await site.start()
    for _ in range(3):  # each life gives a few numbers only: the last epoch's records do not tell how many there were
        await site.append(2)
        await site.drained()
        site.headend.store.run_ahead(APPLIANCE, 5_021)
        site.forwarder.doubt()
        await site.append(1)
        await site.drained()
    before = await number(site)
    assert before > 15_000
    await site.close()
    site.path.unlink()
    await site.open()
    site.headend.faults.add(Fault(Kind.CUT))
    await site.start()
    await site.append(1)
    await asyncio.sleep(0.1)
    assert await number(site) > before
    site.headend.faults.clear()
    await site.drained()
    assert await number(site) > before
