"""The history of the configuration file, on disk: read before any database is open, so that a start can roll back."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from cmsp_agent.model.errors import NotFound
from cmsp_agent.storage import files
from cmsp_agent.storage.encoding import DocumentInvalid, decode, encode

log = logging.getLogger(__name__)

FOLDER = "revisions"
INDEX = "index.json"
MOST_BYTES = 8 * 2**20
MOST_KEPT = 100
MOST_OUTCOMES = 200

APPLIED, CONFIRMED, REFUSED, ROLLED_BACK, UNCONFIRMED = "applied", "confirmed", "refused", "rolled back", "unconfirmed"


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of the file. Times in ms since the epoch."""

    number: int
    at: int
    by: str
    state: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of something that was asked of the appliance: kept over restarts."""

    at: int
    subject: str
    """`configuration` or `certificate`."""
    outcome: str
    step: str
    """At which step it ended: check, use, confirm, start, enrolment, renewal."""
    reason: str
    by: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A revision that is in force until its deadline, and the one that comes back then."""

    revision: int
    before: int
    deadline: int
    seconds: float
    """How long its author waits."""
    remote: bool
    """It came through the tunnel, and so must its confirmation."""


@dataclass(frozen=True, slots=True)
class _Index:
    last: int
    revisions: tuple[Revision, ...]
    outcomes: tuple[Outcome, ...] = ()
    unconfirmed: Unconfirmed | None = None


class RevisionFiles:
    """A folder beside the file, with a text for each revision, and an index that is replaced as a whole.

    All methods raise StorageError where the folder can't be used.
    """

    def __init__(self, directory: Path) -> None:
        self._folder = directory / FOLDER
        self._path_of_index = self._folder / INDEX
        self._last_read: tuple[files.Stamp, _Index] = (None, _Index(0, ()))

    def _index(self) -> _Index:
        """Read only where the file is another than at the last look: every heartbeat asks for it."""
        stamp = files.stamp(self._path_of_index)
        if stamp is None or stamp != self._last_read[0]:
            content = files.read(self._path_of_index, MOST_BYTES)
            try:
                self._last_read = (stamp, self._emptied() if content is None else decode(content, _Index))
            except DocumentInvalid as error:
                return self._afresh(error)
        return self._last_read[1]

    def _emptied(self) -> _Index:
        """An index without revisions that goes on behind the texts there are: no number is used twice."""
        numbers = (int(text.stem) for text in self._folder.glob("*.yaml") if text.stem.isdecimal())
        return _Index(max(numbers, default=0), ())

    def _afresh(self, error: DocumentInvalid) -> _Index:
        """Begin another index where this one is damaged; the texts stay."""
        damaged = self._path_of_index
        log.error("the history of the configuration is damaged and begins anew", extra={"reason": str(error)})
        try:
            damaged.replace(damaged.with_name(f"{INDEX}.damaged"))
        except OSError as failed:
            raise files.storage_error(failed, damaged) from error
        index = self._emptied()
        files.write_atomically(damaged, encode(index))
        return index

    def _write(self, index: _Index) -> None:
        files.make_folder(self._folder)
        files.write_atomically(self._path_of_index, encode(index))

    def revisions(self) -> list[Revision]:
        """All that are kept, the newest first."""
        return list(reversed(self._index().revisions))

    def outcomes(self) -> list[Outcome]:
        """What was refused or rolled back, and what was not; the newest first."""
        return list(reversed(self._index().outcomes))

    def unconfirmed(self) -> Unconfirmed | None:
        """What waits for its confirmation."""
        return self._index().unconfirmed

    def text(self, number: int) -> str:
        """The text of a revision.

        Raises:
            NotFound: there is none of this number, or no more.
        """
        content = files.read(self._path(number), MOST_BYTES)
        if content is None:
            raise NotFound(f"no revision {number} of the configuration; see: cmsp-agent config history")
        return content.decode("utf-8", "replace")

    def newest_like(self, text: str) -> Revision | None:
        """The newest revision, if its text is this one."""
        used = self.newest_used()
        known = used and files.read(self._path(used.number), MOST_BYTES)
        return used if known == text.encode() else None

    def newest_used(self) -> Revision | None:
        """The newest revision that was in force."""
        return next((each for each in self.revisions() if each.state not in (REFUSED, ROLLED_BACK)), None)

    def add(self, text: str, at: int, by: str, state: str, comment: str = "") -> Revision:
        """Keep a version of the file; the oldest go when there are too many."""
        files.make_folder(self._folder)
        index = self._index()
        revision = Revision(index.last + 1, at, by, state, comment)
        files.write_atomically(self._path(revision.number), text.encode())
        kept = (*index.revisions, revision)
        self._write(replace(index, last=revision.number, revisions=kept[-MOST_KEPT:]))
        for gone in kept[:-MOST_KEPT]:
            self._path(gone.number).unlink(missing_ok=True)
        return revision

    def mark(self, number: int, state: str) -> None:
        """Say how a revision stands."""
        index = self._index()
        marked = (replace(each, state=state) if each.number == number else each for each in index.revisions)
        self._write(replace(index, revisions=tuple(marked)))

    def wait_for(self, unconfirmed: Unconfirmed | None) -> None:
        """Remember what waits for its confirmation; None: nothing does."""
        self._write(replace(self._index(), unconfirmed=unconfirmed))

    def note(self, outcome: Outcome) -> None:
        """Keep what came of something."""
        index = self._index()
        self._write(replace(index, outcomes=(*index.outcomes, outcome)[-MOST_OUTCOMES:]))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06}.yaml"


def write_site_file(file: Path, text: str) -> None:
    """Replace the partner's file; its mode stays.

    Raises:
        StorageError: it can't be written; the old one stays.
    """
    try:
        mode = file.stat().st_mode & 0o777
    except OSError:
        mode = 0o640
    files.write_atomically(file, text.encode(), mode)


def roll_back(kept: RevisionFiles, file: Path, at: int, step: str, reason: str) -> Outcome | None:
    """Put the revision before the unconfirmed one back into the file; None where nothing waits.

    Raises:
        NotFound: its text is gone.
        StorageError: the file can't be written.
    """
    waiting = kept.unconfirmed()
    if waiting is None:
        return None
    write_site_file(file, kept.text(waiting.before))
    kept.mark(waiting.revision, ROLLED_BACK)
    outcome = Outcome(at, "configuration", ROLLED_BACK, step, reason, "cmsp-agent", waiting.revision)
    kept.note(outcome)
    kept.wait_for(None)
    return outcome
