"""A snapshot of the machine is restored while the head-end has gone on: nothing is lost and no number is used twice."""

import shutil
from pathlib import Path

import pytest

from cmsp_agent.storage import outbox
from tests.integration.link.conftest import APPLIANCE, Site

LATER = 70
"""Records that were sent after the snapshot, in the life that the snapshot knows nothing of."""


async def lived_on(site: Site, waiting: int) -> tuple[list[str], Path]:
    """Take a snapshot with so many records that wait, go on with `LATER` more, go back to the snapshot."""
    names = await site.append(50)
    await site.start()
    await site.drained()
    await site.stop()
    names += await site.append(waiting)
    await site.close()
    copy = site.path.with_suffix(".copy")
    shutil.copy(site.path, copy)
    await site.open()
    names += await site.append(LATER)
    await site.start()
    await site.drained()
    await site.close()
    return names, copy


def check(site: Site, names: list[str]) -> None:
    reported = site.reported()
    assert set(names) - set(reported) == set()
    assert site.headend.store.holes(APPLIANCE) == []
    assert [epoch["reason"] for epoch in site.reported_of("cmsp.epoch.v1")] == ["created", "behind"]


@pytest.mark.parametrize("waiting", [0, 20])
@pytest.mark.parametrize("anew", [1, LATER - 1, LATER, LATER + 1, 3 * LATER])
@pytest.mark.parametrize("outage", [False, True], ids=["at once", "after an outage"])
async def test_restored_while_stopped(site: Site, waiting: int, anew: int, outage: bool) -> None:
    names, copy = await lived_on(site, waiting)
    shutil.copy(copy, site.path)
    await site.open()
    if outage:
        site.headend.cut()
        await site.start()
        names += await site.append(anew)
        await site.until(lambda: site.forwarder.link.failures >= 2)
        site.headend.restore()
    else:
        names += await site.append(anew)
        await site.start()
    await site.drained()
    check(site, names)


@pytest.mark.parametrize("anew", [1, LATER, 3 * LATER])
async def test_restored_while_running(site: Site, anew: int) -> None:
    """As a virtual machine is: the process goes on with the memory of then, only its connections are dead."""
    names = await site.append(50)
    await site.start()
    await site.drained()
    # the other life, which the head-end knows and this process does not
    site.headend.store.run_ahead(APPLIANCE, LATER + 51)
    site.headend.disconnect()
    names += await site.append(anew)
    await site.drained()
    check(site, names)


async def test_what_may_be_sent_is_durable_before_it_is_sent(site: Site) -> None:
    await site.append(10)
    site.headend.cut()
    await site.start()
    await site.until(lambda: site.forwarder.link.failures >= 2)
    assert await site.database.read(outbox.sent) == 0
    site.headend.restore()
    await site.drained()
    assert await site.database.read(outbox.sent) == 11


async def test_a_database_of_a_release_that_kept_no_count_goes_on_in_its_epoch(site: Site) -> None:
    names = await site.append(10)
    await site.start()
    await site.drained()
    await site.stop()
    await site.database.write(lambda tx: tx.execute("delete from meta where key = 'outbox.sent'"))
    names += await site.append(5)
    await site.close()
    await site.open()
    await site.start()
    await site.drained()
    assert site.reported() == names
    assert len(site.reported_of("cmsp.epoch.v1")) == 1


async def test_a_head_end_that_closes_each_connection_gets_everything(site: Site) -> None:
    names = await site.append(2500)
    await site.start()
    for _ in range(5):
        names += await site.append(3)
        await site.drained()
        site.headend.disconnect()
    assert site.reported() == names
    assert len(site.reported_of("cmsp.epoch.v1")) == 1
