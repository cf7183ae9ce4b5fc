"""A run stores a version, finds it unchanged, or fails and raises an alarm; garbage is never a version."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.backup import BackupResult
from cmsp_agent.model.component import BackupPlan, Component, OrderedServices
from cmsp_agent.model.errors import (
    AgentError,
    AuthenticationRejected,
    CommandRejected,
    DeviceAnswerInvalid,
    DeviceUnreachable,
    NotFound,
    Refused,
    StorageError,
    StorageFull,
)
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups import Backups, Directory, Manifest
from cmsp_agent.storage import outbox
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from tests.lab.clock import ManualClock
from tests.unit.services.backups.test_clean_text import PLATFORM, WHOLE


@dataclass
class Devices:
    """What each device answers: a text, an error, or something to wait for."""

    answers: dict[str, list[str | AgentError | asyncio.Event]] = field(default_factory=dict)
    reading: int = 0
    most: int = 0

    async def __call__(self, component: Component, platform: CliPlatform) -> str:
        self.reading += 1
        self.most = max(self.most, self.reading)
        try:
            await asyncio.sleep(0)
            answers = self.answers.get(component.name, [WHOLE])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, asyncio.Event):
                await answer.wait()
                return WHOLE
            if isinstance(answer, AgentError):
                raise answer
            return answer
        finally:
            self.reading -= 1


@dataclass
class MemoryContents:
    """Contents in memory; `full` refuses more."""

    kept: dict[str, bytes] = field(default_factory=dict)
    puts: int = 0
    full: bool = False

    async def put(self, component: str, content: bytes, note: bytes = b"") -> str:
        if self.full:
            raise StorageFull("no room left")
        self.puts += 1
        address = hashlib.sha256(content).hexdigest()
        self.kept[address] = content
        return address

    async def get(self, address: str) -> bytes:
        if address not in self.kept:
            raise StorageError(f"{address}: there is no such content")
        return self.kept[address]

    async def delete(self, address: str) -> bool:
        return self.kept.pop(address, None) is not None

    async def fingerprint(self, component: str, content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()


@dataclass
class Site:
    """The service with everything it is handed."""

    backups: Backups
    devices: Devices
    contents: MemoryContents
    database: Database
    clock: ManualClock
    counters: Counters
    reported: list[AgentSignal]
    components: dict[str, Component]
    incidents: set[str]
    """Components that had an incident."""

    async def outbox(self) -> list[dict[str, object]]:
        batch = await self.database.read(lambda connection: outbox.read_batch(connection, 0))
        assert batch is not None
        return [event for event in json.loads(batch.body) if event["type"] == "cmsp.backup.v1"]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    clock, counters, reported = ManualClock(), Counters(), list[AgentSignal]()
    database = await open_state(tmp_path / "state.db", "apl-1", clock=clock, counters=counters)
    components = {name: Component(name, ("10.1.0.1",), "paris") for name in ("gw-1", "gw-2", "gw-3")}
    devices, contents, pool = Devices(), MemoryContents(), BlockingPool("texts", threads=1, waiting=100)

    async def tell(signal: AgentSignal) -> None:
        reported.append(signal)

    incidents = set[str]()

    async def healthy_since(component: str, moment: int) -> bool:
        return component not in incidents

    directory = Directory(components.get, lambda name: PLATFORM, healthy_since)
    backups = Backups(directory, devices, Manifest(database, contents), tell, pool, clock, counters, at_once=2)
    yield Site(backups, devices, contents, database, clock, counters, reported, components, incidents)
    await pool.close()
    await database.close()


def with_line(text: str, line: str) -> str:
    return text.replace("interface Gi0/0", f"{line}\ninterface Gi0/0")


async def test_the_first_run_stores_a_version_and_tells_the_headend(site: Site) -> None:
    outcome = await site.backups.run("gw-1", "schedule")
    assert outcome.result is BackupResult.STORED
    [version] = await site.backups.versions("gw-1")
    assert version == outcome.backup
    assert (version.size, version.lines, version.reason) == (len(WHOLE), WHOLE.count("\n"), "schedule")
    [record] = await site.outbox()
    assert record["data"]["result"] == "stored"  # type: ignore[index]
    assert "hush" not in json.dumps(record)
    kinds = ("backup.failed", "backup.suspect", "backup.damaged")
    assert [(signal.type, signal.raised) for signal in site.reported] == [(kind, False) for kind in kinds]


async def test_an_unchanged_one_is_stored_once_and_the_run_is_recorded(site: Site) -> None:
    first = await site.backups.run("gw-1", "schedule")
    await site.clock.advance(60)
    site.devices.answers["gw-1"] = [WHOLE.replace("08:00:00", "09:11:12")]
    second = await site.backups.run("gw-1", "schedule")
    assert second.result is BackupResult.UNCHANGED
    assert first.backup is not None
    assert second.backup is not None
    assert second.backup == replace(first.backup, verified_at=first.backup.verified_at + 60_000)
    assert site.contents.puts == 1
    assert await site.backups.versions("gw-1") == [second.backup]
    assert [record["data"]["result"] for record in await site.outbox()] == ["stored", "unchanged"]  # type: ignore[index]


async def test_a_follower_gets_each_version_that_is_saved_or_marked(site: Site) -> None:
    changed: list[str] = []
    site.backups.follow(changed.append)
    outcome = await site.backups.run("gw-1", "schedule")
    assert outcome.backup is not None
    await site.backups.mark_known_good("gw-1", outcome.backup.id)
    site.devices.answers["gw-2"] = [DeviceUnreachable("gw-2: no answer")]
    await site.backups.run("gw-2", "schedule")
    assert changed == ["gw-1", "gw-1"]


async def test_a_change_is_a_second_version_and_its_difference_is_shown(site: Site) -> None:
    await site.backups.run("gw-1", "schedule")
    site.devices.answers["gw-1"] = [with_line(WHOLE, "ip http server")]
    await site.backups.run("gw-1", "change")
    new, old = await site.backups.versions("gw-1")
    assert (new.reason, old.reason) == ("change", "schedule")
    assert "\n+ip http server\n" in await site.backups.difference("gw-1", new.id, old.id)
    assert await site.backups.difference("gw-1", old.id, old.id) == ""


async def test_people_see_no_secret_and_the_stored_copy_keeps_them(site: Site) -> None:
    await site.backups.run("gw-1", "schedule")
    assert await site.backups.content("gw-1", "latest", redacted=False) == WHOLE
    shown = await site.backups.content("gw-1", "latest", redacted=True)
    assert "hush" not in shown
    assert "hostname gw-1" in shown


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (DeviceUnreachable("gw-1: silent"), DeviceUnreachable),
        (AuthenticationRejected("gw-1: refused"), AuthenticationRejected),
        ("% Invalid input detected\n", CommandRejected),
        (WHOLE.removesuffix("end\n"), DeviceAnswerInvalid),
        ("", DeviceAnswerInvalid),
        ("\x00\ufffd" * 1000, DeviceAnswerInvalid),
    ],
)
async def test_a_failure_stores_nothing_and_raises_an_alarm_that_the_next_good_one_clears(
    site: Site, answer: str | AgentError, error: type[AgentError]
) -> None:
    good = (await site.backups.run("gw-1", "schedule")).backup
    site.devices.answers["gw-1"] = [answer]
    outcome = await site.backups.run("gw-1", "schedule")
    assert outcome.result is BackupResult.FAILED
    assert isinstance(outcome.error, error)
    assert await site.backups.versions("gw-1") == [good]
    assert (site.reported[-1].type, site.reported[-1].component, site.reported[-1].raised) == (
        "backup.failed",
        "gw-1",
        True,
    )
    assert (await site.outbox())[-1]["data"]["error"] == str(outcome.error)  # type: ignore[index]
    site.devices.answers["gw-1"] = [WHOLE]
    await site.backups.run("gw-1", "schedule")
    assert (site.reported[-1].raised, site.counters.value("backups.failed", "gw-1")) == (False, 1)
    reported = len(site.reported)
    await site.backups.run("gw-1", "schedule")
    assert len(site.reported) == reported, "a good one after a good one is no news"


async def test_an_unusual_size_is_believed_only_when_two_readings_agree(site: Site) -> None:
    await site.backups.run("gw-1", "schedule")
    long = with_line(WHOLE, "! x\n" * 400)
    site.devices.answers["gw-1"] = [long, with_line(long, "! y"), long]
    assert isinstance((await site.backups.run("gw-1", "schedule")).error, DeviceAnswerInvalid)
    assert (await site.backups.run("gw-1", "schedule")).result is BackupResult.STORED


async def test_a_full_disk_is_a_failed_backup(site: Site) -> None:
    site.contents.full = True
    outcome = await site.backups.run("gw-1", "schedule")
    assert isinstance(outcome.error, StorageFull)
    assert site.reported[-1].raised


async def test_what_a_component_does_not_get_is_refused_and_leaves_no_trace(site: Site) -> None:
    site.components["gw-2"] = replace(site.components["gw-2"], ordered=OrderedServices({"backup": "no"}))
    with pytest.raises(Refused, match="source: order"):
        await site.backups.run("gw-2", "demand")
    assert site.counters.value("backups.refused", "gw-2") == 1
    assert site.reported == []
    with pytest.raises(NotFound):
        await site.backups.run("gw-9", "demand")
    with pytest.raises(NotFound):
        await site.backups.content("gw-1", "no-such", redacted=True)


async def test_a_version_of_another_component_is_not_found(site: Site) -> None:
    stored = (await site.backups.run("gw-1", "schedule")).backup
    assert stored is not None
    with pytest.raises(NotFound):
        await site.backups.find("gw-2", stored.id)


async def test_a_hung_device_holds_up_its_own_place_only(site: Site) -> None:
    hung = asyncio.Event()
    site.devices.answers["gw-1"] = [hung]
    stuck = asyncio.create_task(site.backups.run("gw-1", "schedule"))
    await asyncio.sleep(0)
    async with asyncio.timeout(1):
        outcomes = await asyncio.gather(*(site.backups.run(name, "schedule") for name in ("gw-2", "gw-3", "gw-2")))
    assert [outcome.result for outcome in outcomes] == [
        BackupResult.STORED,
        BackupResult.STORED,
        BackupResult.UNCHANGED,
    ]
    hung.set()
    assert (await stuck).result is BackupResult.STORED
    assert site.devices.most == 2


async def test_one_with_an_incident_after_it_is_not_known_good(site: Site) -> None:
    site.incidents.add("gw-1")
    await site.backups.run("gw-1", "schedule")
    await site.clock.advance(BackupPlan().known_good_after)
    outcome = await site.backups.run("gw-1", "schedule")
    assert outcome.backup is not None
    assert not outcome.backup.known_good
    site.incidents.clear()
    later = await site.backups.run("gw-1", "schedule")
    assert later.backup is not None
    assert later.backup.known_good


async def test_a_version_that_still_runs_after_a_day_is_known_good(site: Site) -> None:
    await site.backups.run("gw-1", "schedule")
    with pytest.raises(NotFound):
        await site.backups.find("gw-1", "known-good")
    await site.clock.advance(BackupPlan().known_good_after)
    good = (await site.backups.run("gw-1", "schedule")).backup
    site.devices.answers["gw-1"] = [with_line(WHOLE, "ip http server")]
    newest = (await site.backups.run("gw-1", "change")).backup
    assert await site.backups.find("gw-1", "known-good") == good
    assert await site.backups.find("gw-1", "latest") == newest
    await site.backups.mark_known_good("gw-1", "latest")
    assert newest is not None
    assert (await site.backups.find("gw-1", "known-good")).id == newest.id


async def test_how_long_it_must_run_is_the_component_s_own(site: Site) -> None:
    site.components["gw-1"] = replace(site.components["gw-1"], backup=BackupPlan(known_good_after=7200.0))
    await site.backups.run("gw-1", "schedule")
    for hour, good in ((1, False), (2, True)):
        await site.clock.advance(3600)
        backup = (await site.backups.run("gw-1", "schedule")).backup
        assert backup is not None
        assert backup.known_good is good, hour


GROWN = WHOLE.replace("interface Gi0/0", "interface Gi0/0\n description uplink\nrouter ospf 1\n area 0 stub")


async def test_a_configuration_that_lost_a_section_is_kept_apart_until_it_is_accepted(site: Site) -> None:
    site.devices.answers["gw-1"] = [GROWN]
    first = await site.backups.run("gw-1", "schedule")
    site.devices.answers["gw-1"] = [WHOLE]
    second = await site.backups.run("gw-1", "schedule")
    assert second.result is BackupResult.SUSPECT
    assert "no interface, router any more" in second.run.error
    assert (await site.backups.find("gw-1", "latest")) == first.backup
    again = await site.backups.run("gw-1", "schedule")
    assert (again.result, again.run.backup) == (BackupResult.SUSPECT, second.run.backup)
    assert ("backup.suspect", True) in [(signal.type, signal.raised) for signal in site.reported]
    accepted = await site.backups.accept("gw-1", "suspect")
    assert (await site.backups.find("gw-1", "latest")) == accepted
    assert (await site.backups.run("gw-1", "schedule")).result is BackupResult.UNCHANGED


async def test_the_devices_own_change_message_accepts_it(site: Site) -> None:
    site.devices.answers["gw-1"] = [GROWN]
    await site.backups.run("gw-1", "schedule")
    site.devices.answers["gw-1"] = [WHOLE]
    assert (await site.backups.run("gw-1", "change")).result is BackupResult.STORED


async def test_a_stored_copy_that_is_gone_is_found_at_the_next_run_and_written_again(site: Site) -> None:
    outcome = await site.backups.run("gw-1", "schedule")
    assert outcome.backup is not None
    del site.contents.kept[outcome.backup.blob]
    again = await site.backups.run("gw-1", "schedule")
    assert again.result is BackupResult.REWRITTEN
    assert again.lost
    assert site.contents.kept[outcome.backup.blob]
    assert [signal.raised for signal in site.reported if signal.type == "backup.damaged"] == [False, True]


async def test_a_stored_copy_that_is_gone_while_the_device_has_changed_is_said_to_be_lost(site: Site) -> None:
    outcome = await site.backups.run("gw-1", "schedule")
    assert outcome.backup is not None
    del site.contents.kept[outcome.backup.blob]
    site.devices.answers["gw-1"] = [GROWN]
    assert (await site.backups.run("gw-1", "change")).result is BackupResult.STORED
    [said] = [signal.text for signal in site.reported if signal.type == "backup.damaged" and signal.raised]
    assert said.endswith("it is lost")
