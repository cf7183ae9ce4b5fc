"""Takes a configuration, puts it in force, and takes it back by itself unless it is confirmed in time.

What is in force is `app.agent`'s; how a file is checked is `preflight`'s.
"""

import asyncio
import difflib
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.config.edit_yaml import comments, merged
from cmsp_agent.model.errors import AgentError, ConfigurationError, Conflict, Problem, Refused
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.storage import files
from cmsp_agent.storage import revisions as store
from cmsp_agent.storage.revisions import Outcome, Revision, RevisionFiles, Unconfirmed

log = logging.getLogger(__name__)

ROLLED_BACK_EVENT = "configuration.rolled_back"
REFUSED_EVENT = "configuration.refused"
CERTIFICATE_EVENT = "certificate.refused"
AGAIN = 3_600_000
"""Milliseconds for which an outcome is reported again after a restart: it may have been the reason for it."""
RETRY = 10.0
MOST_DIFF_LINES = 20_000

CheckFile = Callable[[Path], list[str]]
"""Check a file as a start would; returns notes, raises ConfigurationError."""
Reload = Callable[[], Awaitable[None]]
"""Go by the file as it is now."""
Checking = Callable[[Callable[[], list[str]]], Awaitable[list[str]]]
"""Runs a check beside the event loop (`Runtime.read_file`)."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes the configuration, and whether through the tunnel."""

    name: str
    remote: bool


class Revisions:
    """The file's history, and the one change that may wait for its confirmation."""

    def __init__(
        self,
        file: Path,
        kept: RevisionFiles,
        check: CheckFile,
        checking: Checking,
        reload: Reload,
        clock: Clock,
        notices: Notices,
    ) -> None:
        self._file = file
        self._kept = kept
        self._check = check
        self._checking = checking
        self._clock = clock
        self._notices = notices
        self._reload = reload
        self._changing = asyncio.Lock()
        self._wakeup = Wakeup(clock)
        self._until: float | None = None

    @property
    def text(self) -> str:
        """The file as it is now; empty where it is gone.

        Raises:
            StorageError: it can't be read.
        """
        return (files.read(self._file, store.MOST_BYTES) or b"").decode("utf-8", "replace")

    @property
    def tag(self) -> str:
        """Changes with every change of the file: its ETag."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]

    async def check(self, text: str) -> list[str]:
        """Check a text as `apply` would; returns what a person should know.

        Raises:
            ConfigurationError: with every problem.
        """
        return await self._checking(partial(self._checked, text))

    async def apply(self, wanted: str, by: Author, within: float) -> Mapping[str, Any]:
        """Put a configuration in force.

        Args:
            wanted: the whole file. Where it has none of the comments of the present file, they stay.
            by: who wants it.
            within: seconds in which it must be confirmed; 0: it need not be.

        Raises:
            Conflict: another change waits for its confirmation.
            ConfigurationError: it can't be used; nothing has changed.
            StorageError: the file can't be written; nothing has changed.
        """
        async with self._changing:
            if self._kept.unconfirmed() is not None:
                raise Conflict("another change of the configuration waits for its confirmation")
            text = _with_comments(self.text, wanted)
            try:
                notes = await self._checking(partial(self._checked, text))
                revision = await self._switch(text, by, within)
            except AgentError as error:
                step = "check" if isinstance(error, ConfigurationError) else "use"
                self._refuse(text, by, step, error)
                raise
        self._wakeup.wake()
        return {"revision": revision.number, "state": revision.state, "notes": notes, **self.waiting()}

    async def confirm(self, by: Author) -> Mapping[str, Any]:
        """Let the change that waits stay.

        Raises:
            Conflict: none waits.
            Refused: it came through the tunnel, and this did not.
        """
        async with self._changing:
            waiting = self._kept.unconfirmed()
            if waiting is None:
                raise Conflict("no change of the configuration waits for its confirmation")
            if waiting.remote and not by.remote:
                raise Refused("it came through the tunnel and is confirmed through it (source: agent)")
            self._kept.mark(waiting.revision, store.CONFIRMED)
            self._note(store.CONFIRMED, "confirm", "", by.name, waiting.revision)
            self._kept.wait_for(None)
        self._wakeup.wake()
        return {"revision": waiting.revision, "state": store.CONFIRMED, "notes": await self._notes()}

    async def _notes(self) -> list[str]:
        """What a person should know of the file that stays: which keys were confirmed without having been tried."""
        try:
            return await self._checking(partial(self._check, self._file))
        except AgentError as error:  # a secret that was lost meanwhile
            return [str(error)]

    def keep_present(self, by: str) -> None:
        """Keep the file as it is, where it was changed on the appliance."""
        text = self.text
        if text and self._kept.newest_like(text) is None:
            self._kept.add(text, self._clock.now(), by, store.APPLIED)

    def history(self) -> list[Revision]:
        """The newest first."""
        return self._kept.revisions()

    def outcomes(self) -> list[Outcome]:
        """The newest first."""
        return self._kept.outcomes()

    def revision(self, number: int) -> str:
        """The text of a revision. Raises as `RevisionFiles.text`."""
        return self._kept.text(number)

    def difference(self, number: int, against: int | None) -> str:
        """What a revision changed; against the one before where none is named. Raises as `RevisionFiles.text`."""
        older = [each.number for each in self._kept.revisions() if each.number < number and each.state != store.REFUSED]
        other = against if against is not None else next(iter(older), None)
        before = self._kept.text(other) if other is not None else ""
        after = self._kept.text(number)
        names = (f"revision {other}", f"revision {number}")
        lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm=""))
        return "".join(f"{line}\n" for line in lines[:MOST_DIFF_LINES])

    def waiting(self) -> dict[str, Any]:
        """Until when what must be confirmed; empty where nothing waits."""
        waiting = self._kept.unconfirmed()
        if waiting is None:
            return {}
        left = max(0.0, self._left(waiting))
        return {"unconfirmed": {"revision": waiting.revision, "rolls_back_in_seconds": round(left, 1)}}

    async def run(self) -> NoReturn:
        """Roll back what is not confirmed in time, until cancelled."""
        for outcome in reversed(self._kept.outcomes()):
            if outcome.outcome in (store.REFUSED, store.ROLLED_BACK) and outcome.at > self._clock.now() - AGAIN:
                self._report(outcome, " (reported again after a restart)")
        while True:
            waiting = self._kept.unconfirmed()
            left = 3600.0 if waiting is None else self._left(waiting)
            if left > 0:
                await self._wakeup.wait(min(left, 3600.0))
            else:
                await self._roll_back("not confirmed in time")

    def _left(self, waiting: Unconfirmed) -> float:
        """Seconds that remain. A clock that is set meanwhile makes no difference; after a restart it can't add any."""
        if self._until is None:
            by_clock = (waiting.deadline - self._clock.now()) / 1000
            self._until = self._clock.monotonic() + min(by_clock, waiting.seconds)
        return self._until - self._clock.monotonic()

    async def _roll_back(self, reason: str) -> None:
        async with self._changing:
            edited = self._edited_meanwhile()
            outcome = store.roll_back(self._kept, self._file, self._clock.now(), "confirm", f"{reason}{edited}")
            if outcome is None:
                return
            self._report(outcome)
            while True:
                try:
                    await self._reload()
                except AgentError as error:
                    log.error("the configuration before is not in force yet", extra={"error": str(error)})
                    await self._clock.sleep(RETRY)
                else:
                    return

    def _edited_meanwhile(self) -> str:
        """Keep what was edited on the appliance while the change waited: the file goes back to before both."""
        self.keep_present("edited on the appliance")
        waiting, newest = self._kept.unconfirmed(), self._kept.newest_used()
        if waiting is None or newest is None or newest.number == waiting.revision:
            return ""
        return f"; what was edited on the appliance meanwhile is taken back too, and kept as revision {newest.number}"

    async def _switch(self, text: str, by: Author, within: float) -> Revision:
        """From here on a start finds what to go back to."""
        self.keep_present("edited on the appliance")
        present = self.text
        before = self._kept.newest_like(present) if present else self._kept.newest_used()
        state = store.UNCONFIRMED if within else store.APPLIED
        revision = self._kept.add(text, self._clock.now(), by.name, state)
        if before is not None and within:
            deadline = self._clock.now() + round(within * 1000)
            self._until = None
            self._kept.wait_for(Unconfirmed(revision.number, before.number, deadline, within, by.remote))
        try:
            store.write_site_file(self._file, text)
            await self._reload()
        except AgentError:
            if present:
                store.write_site_file(self._file, present)
            else:
                self._file.unlink(missing_ok=True)
            self._kept.mark(revision.number, store.REFUSED)
            self._kept.wait_for(None)
            raise
        self._note(state, "use", "", by.name, revision.number)
        return revision

    def _checked(self, text: str) -> list[str]:
        candidate = self._file.with_name(f".{self._file.name}.candidate")
        store.write_site_file(candidate, text)
        try:
            return self._check(candidate)
        except ConfigurationError as error:
            found = (
                Problem(p.file.replace(str(candidate), self._file.name), p.line, p.path, p.text) for p in error.problems
            )
            raise ConfigurationError(list(found)) from error
        finally:
            candidate.unlink(missing_ok=True)

    def _refuse(self, text: str, by: Author, step: str, error: AgentError) -> None:
        newest = next(iter(self._kept.revisions()), None)
        known = newest is not None and newest.state == store.REFUSED and self._kept.text(newest.number) == text
        revision = newest if known else self._kept.add(text, self._clock.now(), by.name, store.REFUSED)
        assert revision is not None
        self._report(self._note(store.REFUSED, step, str(error), by.name, revision.number))

    def _note(self, outcome: str, step: str, reason: str, by: str, revision: int) -> Outcome:
        made = Outcome(self._clock.now(), "configuration", outcome, step, reason[:2000], by, revision)
        self._kept.note(made)
        return made

    def _report(self, outcome: Outcome, ending: str = "") -> None:
        if outcome.subject == "certificate":
            kind, name, what = CERTIFICATE_EVENT, outcome.step, f"a certificate was {outcome.outcome}"
        else:
            kind = ROLLED_BACK_EVENT if outcome.outcome == store.ROLLED_BACK else REFUSED_EVENT
            name, what = str(outcome.revision), f"revision {outcome.revision} by {outcome.by}: {outcome.outcome}"
        first = outcome.reason.partition("\n")[0]
        self._notices.note(kind, name, f"{what} at the step {outcome.step}: {first}{ending}")


def _with_comments(present: str, wanted: str) -> str:
    """The wanted text, with the present comments where it was not made from the present text: it has none of them."""
    theirs = comments(present)
    if not theirs or theirs & comments(wanted):
        return wanted
    try:
        return merged(present, wanted)
    except ValueError:  # what is wrong with it, the check says
        return wanted
