"""Silences, maintenance windows and planned work, as people make and end them. The pipeline asks the register."""

from collections.abc import Sequence
from dataclasses import dataclass

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import NotFound, Refused
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.model.silence import Kind, Matcher, Silence
from cmsp_agent.pipeline.silences import SilenceRegister
from cmsp_agent.services.events.trusted_clock import Believed
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import silences

LONGEST = 30 * 86_400_000
"""ms that a silence may last: one that nobody ends must end."""
MOST = 500
"""Silences that may be kept at a time."""
KEPT = 90 * 86_400_000
"""ms for which a silence that is over is kept, to be looked at."""


@dataclass(frozen=True, slots=True)
class SilenceWish:
    """What a person asks for. Times in ms since the epoch; `starts_at` 0: now."""

    kind: Kind
    matcher: Matcher
    starts_at: int
    ends_at: int
    author: str
    reason: str


class SilenceService:
    """Makes, ends and lists silences."""

    def __init__(
        self,
        database: Database,
        register: SilenceRegister,
        clock: Clock,
        believed: Believed,
        new_id: NewId = uuid7,
    ) -> None:
        self._database = database
        self._believed = believed
        self._register = register
        self._clock = clock
        self._new_id = new_id

    async def make(self, wish: SilenceWish) -> Silence:
        """Make one.

        Raises:
            Refused: it would match everything, never holds, lasts too long, or there are too many.
            StorageError: it can't be kept.
        """
        now = self._clock.now()
        starts_at = wish.starts_at or now
        self._look(wish, starts_at, now)
        kept = await self.all()
        if len(kept) >= MOST:
            raise Refused(f"{MOST} silences are kept already; end some")
        new_id = self._new_id(now)
        silence = Silence(new_id, wish.kind, wish.matcher, starts_at, wish.ends_at, wish.author, wish.reason, now)
        oldest = now - KEPT if await self._believed() else 0
        for old in kept:
            if old.ends_at < oldest:
                self._register.drop(old.id)
        await self._database.write(lambda tx: silences.forget_before(tx, oldest))
        await self._keep(silence)
        return silence

    async def end(self, silence: str, by: str) -> Silence:
        """End one before its time; what it silenced is judged again.

        Raises:
            NotFound: there is none of that id.
            Conflict: it is over already.
        """
        found = next((each for each in await self.all() if each.id == silence), None)
        if found is None:
            raise NotFound(
                f"no silence or maintenance window {silence}; see: cmsp-agent silence list, maintenance list"
            )
        ended = found.ended(by, self._clock.now())
        await self._keep(ended)
        return ended

    async def all(self) -> Sequence[Silence]:
        """All that are kept, the one that ends last first."""
        return await self._database.read(silences.known)

    async def _keep(self, silence: Silence) -> None:
        await self._database.write(lambda tx: silences.save(tx, silence))
        self._register.put(silence)

    @staticmethod
    def _look(wish: SilenceWish, starts_at: int, now: int) -> None:
        if wish.matcher.is_empty:
            raise Refused("a silence names a site, a component, a group, an alarm type or an object")
        if wish.ends_at <= max(starts_at, now):
            raise Refused("a silence ends after now and after its beginning")
        if wish.ends_at - starts_at > LONGEST:
            raise Refused(f"a silence lasts {LONGEST // 86_400_000} days at most")
