"""What waits in the queue: given up when it is old, by a clock that is believed."""

from pathlib import Path

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.notification import DeliveryFailed, OutgoingNotification
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.notify.outgoing import FAILED, GIVEN_UP_AFTER, Outgoing
from cmsp_agent.services.notify.refused_recipients import REFUSED, RefusedRecipients
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import notifications
from tests.lab.clock import ManualClock


class Nobody:
    """Takes the alarms."""

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        assert kind == FAILED


async def refused(_: OutgoingNotification) -> None:
    raise DeliveryFailed("refused")


async def test_an_old_notification_waits_while_the_clock_is_not_believed(tmp_path: Path) -> None:
    clock, counters, trusted = ManualClock(), Counters(), [False]

    async def believed() -> bool:
        return trusted[0]

    database = await open_state(tmp_path / "state.db", "apl", clock=clock, counters=counters, reserve=0)
    queued = OutgoingNotification("n", ("a@b.example",), "s", "b", "i", clock.now(), next_at=clock.now())
    await database.write(lambda tx: notifications.put(tx, queued))
    conditions, refusals = (
        Conditions(FAILED, Nobody(), {}),
        RefusedRecipients(Conditions(REFUSED, Nobody(), {}), counters),
    )
    outgoing = Outgoing(database, lambda _: True, refused, conditions, refusals, clock, counters, uuid7, believed)
    await clock.advance(GIVEN_UP_AFTER / 1000 + 1)
    await outgoing.send_due()
    assert [each.id for each in await database.read(notifications.queued)] == ["n"]
    trusted[0] = True
    await clock.advance(3601)
    await outgoing.send_due()
    assert await database.read(notifications.queued) == []
    assert counters.value("notifications.given_up") == 1
    await database.close()
