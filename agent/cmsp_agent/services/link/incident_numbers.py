"""Numbers of incidents in a wholly new database: the head-end says whether the appliance lived before."""

from cmsp_agent.aio.clock import Clock
from cmsp_agent.services.link.answers import Durable, HeadendAnswer
from cmsp_agent.storage.outbox import epochs
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import incidents


class EarlierLife:
    """Until that is known, numbers are given that no earlier life can have given."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._awaited: bool | None = None

    async def begin(self) -> None:
        """Look whether it is known; once.

        Raises:
            StorageError: the database can't be written; to be asked again.
        """
        if self._awaited is None:
            floor = epochs.minutes(self._clock.now())
            self._awaited = await self._database.write(lambda tx: incidents.await_earlier(tx, floor), makes_room=True)

    async def answered(self, epoch: str, answer: HeadendAnswer) -> None:
        """Take the head-end's answer to the question of what is durable, asked in an epoch of ours.

        Raises:
            StorageError: the database can't be written; the next answer will do.
        """
        if self._awaited and isinstance(answer, Durable):
            lived = answer.epoch not in (None, epoch)
            await self._database.write(lambda tx: incidents.settle_earlier(tx, lived=lived), makes_room=True)
            self._awaited = False
