"""The agent and people who shall hear enough and never a storm: silences, faults that come and go, many in a row."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from cmsp_agent.app.loading import load
from cmsp_agent.model.notification import OutgoingNotification
from cmsp_agent.model.silence import Matcher
from cmsp_agent.services.events.silences import SilenceWish
from cmsp_agent.storage.tables import notifications
from tests.lab.site import happenings
from tests.lab.site.happenings import FIRST_PRI, Happening
from tests.lab.site.notices import SyslogLine
from tests.simulation.test_odd_order import POLLS
from tests.simulation.world import World, disk, simulate

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
MINUTE = 60.0
POLICY = """
notify: [{to: [duty@example.org], updates: {P3: 20m}, escalate: {P3: 15m}}]
smtp: {host: 127.0.0.1, port: 9, from: cmsp@example.org, tls: none}
"""


async def queued(world: World) -> list[OutgoingNotification]:
    """All that was queued: no server takes any of it here."""
    assert world.agent is not None
    found = await world.agent.runtime.state.read(notifications.queued)
    return sorted(found, key=lambda each: each.id)


def why(notification: OutgoingNotification) -> str:
    return notification.subject.partition(": ")[0].removeprefix("[P3] ")


async def a_silence_mutes_an_incident_that_is_open(world: World) -> None:
    assert world.agent is not None
    gateway, now = world.site.devices["gw-1"], world.clock.now()
    gateway.happen(happenings.pri_layer2(FIRST_PRI, up=False))
    await asyncio.sleep(MINUTE)
    wish = SilenceWish("silence", Matcher(component="gw-1"), now, now + 3_600_000, "noc", "known")
    await world.agent.events.silences.make(wish)
    await asyncio.sleep(58 * MINUTE)
    assert [why(each) for each in await queued(world)] == ["INC-000001 opened"]
    await asyncio.sleep(2 * MINUTE)
    assert [why(each) for each in await queued(world)][1:] == ["INC-000001 unacknowledged for 60 min"]


async def one_that_comes_and_goes_is_not_notified_each_time(world: World) -> None:
    before = len(await queued(world))
    for _ in range(15):
        for up in (True, False):
            world.site.devices["gw-1"].happen(happenings.pri_layer2(FIRST_PRI, up=up))
            await asyncio.sleep(90)
    assert 5 <= len(await queued(world)) - before <= 8, "of 30 changes in 45 minutes"


async def many_one_after_the_other_are_a_few_mails_that_name_all(world: World) -> None:
    before = await queued(world)
    for peer in range(30):
        lost = SyslogLine("BGP-5-ADJCHANGE", f"neighbor 10.9.9.{peer} Down Peer closed")
        world.site.devices["gw-3"].happen(Happening(says=(lost,)))
        await asyncio.sleep(15)
    await asyncio.sleep(10 * MINUTE)
    fresh = (await queued(world))[len(before) :]
    assert len(fresh) <= 12
    text = "\n".join(each.body for each in fresh)
    assert [peer for peer in range(30) if f"neighbour 10.9.9.{peer} is down" not in text] == []


def test_people_hear_enough_and_never_a_storm(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        assert world.agent is not None
        with world.workspace.site_yaml.open("a", encoding="utf-8") as file:
            file.write(POLICY)
        await world.agent.use(load(world.workspace.site_yaml, environment={}))
        await asyncio.sleep(POLLS)
        await a_silence_mutes_an_incident_that_is_open(world)
        await one_that_comes_and_goes_is_not_notified_each_time(world)
        await many_one_after_the_other_are_a_few_mails_that_name_all(world)

    with disk(tmp_path) as memory:
        simulate(memory, 1, START, play)
