"""A state disk that is full: nothing acknowledged is lost, the backlog still drains, and room comes back by that."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cmsp_agent.model.errors import StorageFull
from tests.integration.link.conftest import APPLIANCE, Site
from tests.lab.headend import Headend

pytestmark = pytest.mark.root


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 48 MiB."""
    target = tmp_path / "disk"
    target.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(target)], check=True)
    yield target
    subprocess.run(["umount", str(target)], check=True)


@pytest.fixture
async def site(small_disk: Path, tmp_path: Path) -> AsyncIterator[Site]:
    """A site whose database is on the small disk; the head-end's keys are elsewhere."""
    with Headend(tmp_path) as headend:
        site = Site(small_disk, headend)
        await site.open()
        yield site
        await site.close()


async def fill(site: Site, stored: list[str]) -> None:
    """Append until there is no room."""
    while True:
        stored += await site.append(200, size=4000)


async def test_a_full_disk_drains_and_has_room_again(site: Site) -> None:
    stored: list[str] = []
    with pytest.raises(StorageFull):
        await fill(site, stored)
    assert len(stored) > 2000
    assert site.counters.total("storage.full") > 0
    await site.start()
    await site.drained(30)
    assert site.reported() == stored
    assert site.counters.total("storage.room_made") > 0
    stored += await site.append(100, size=2000)
    await site.drained(30)
    assert site.reported() == stored
    assert site.headend.store.holes(APPLIANCE) == []


def use_up(disk: Path) -> Path:
    """Take every byte that is left; returns the file to delete."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 512, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


async def test_a_start_on_a_full_disk_uses_what_was_kept_back_and_drains(site: Site, small_disk: Path) -> None:
    stored = await site.append(2000, size=4000)
    await site.close()
    ballast = use_up(small_disk)
    await site.open()
    await site.start()
    await site.drained(30)
    assert site.reported() == stored
    ballast.unlink()
    stored += await site.append(100)
    await site.drained(30)
    assert site.reported() == stored
    assert len(site.reported_of("cmsp.epoch.v1")) == 1
