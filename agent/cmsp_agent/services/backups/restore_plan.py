"""What a restore would change: by which way, the difference, what is lost, what needs a reload. Pure."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.control_characters import with_ends_as_meant

MOST_LINES = 2_000
"""Lines of a difference in an answer."""
UPLOAD = "upload"
SENT_BACK = "it takes the file at once, as a whole; where that is found bad, the file that it ran before is sent to it"
RESTARTS = "all of it: the device starts anew with the file, and calls are lost"
_HEADS = ("--- ", "+++ ")
_PLACE = re.compile(r"^@@ [^@]* @@ ?")
AS_BEFORE = "the device runs what it ran before"


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """A plan, approved by its fingerprint. Texts without volatile lines; `difference` has its secrets hidden."""

    way: str
    """`replace`: the device goes back by itself unless confirmed; `merge`: lines are added, none removed; `upload`: it
    takes a file, and is sent the former one to go back."""
    remedy: str
    """How the device would get a way back, where it has none, or how it goes back."""
    running: str
    wanted: str
    file: str
    """What is copied to the device."""
    difference: str
    lost: int
    """Lines that the device runs and the version does not have."""
    reload: tuple[str, ...]
    """Lines that take effect at the device's next start only."""
    patience: int = 0
    """Minutes within which the device answers again and runs the file; 0: as long as the times say."""
    suspect: str = ""
    """Why the version is not trusted; empty: it is."""
    other_device: str = ""
    """That the version is of another device than the one it would be put on; empty: it is of this one."""

    @property
    def reversible(self) -> bool:
        """Whether the device has a way back."""
        return self.way == "replace"

    @property
    def returns(self) -> bool:
        """Whether it can be made to run what it ran before."""
        return self.way != "merge"

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        return _meant(self.running) != _meant(self.wanted)

    @property
    def fingerprint(self) -> str:
        """Of all that the approval is of."""
        content = f"{self.way}\0{self.running}\0{self.wanted}".encode("utf-8", "surrogateescape")
        return hashlib.sha256(content).hexdigest()[:16]

    def left(self, text: ConfigText, running: str) -> str:
        """What still differs from the wanted one, for people; a merge is content where no wanted line is missing."""
        if _meant(text.stable(running)) == _meant(self.wanted):
            return ""
        if self.returns:
            return _changes(text.difference("\n".join(_meant(text.stable(running))), "\n".join(_meant(self.wanted))))
        has = set(text.stable(running).splitlines())
        missing = [line for line in _meant(self.wanted) if line not in has]
        return text.redacted("\n".join(f"+{line}" for line in missing))

    def as_before(self, text: ConfigText, running: str) -> bool:
        """Whether the device runs what it ran when the plan was made."""
        return _meant(text.stable(running)) == _meant(self.running)

    def stands(self, text: ConfigText, running: str) -> str:
        """What a device runs after an attempt to carry this out, for people."""
        if self.as_before(text, running):
            return AS_BEFORE
        if not self.left(text, running):
            return "the device runs what was put back; the agent has not saved it there"
        return "the device runs neither what it ran before nor what was put back: compare them with its backups"

    def as_json(self) -> dict[str, Any]:
        """For the caller; nothing secret."""
        lines = self.difference.splitlines()
        cut = [f"… {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else []
        return {
            "result": "planned",
            "plan": self.fingerprint,
            "way": self.way,
            "remedy": self.remedy,
            "difference": "\n".join([*lines[:MOST_LINES], *cut]),
            "lost": self.lost,
            "reload": list(self.reload),
            "suspect": self.suspect,
            "other_device": self.other_device,
        }


def plan_of(
    platform: CliPlatform, text: ConfigText, running: str, wanted: str, ready: bool | None = None
) -> RestorePlan:
    """The plan to make a device that runs one configuration run another.

    Args:
        platform: with its way to replace a configuration.
        text: of the platform.
        running: what the device runs, as it was read.
        wanted: the stored version.
        ready: whether the device has a way back, where it was asked; None: its configuration shows it.
    """
    now, then = text.stable(running), text.stable(wanted)
    way = platform.replacement
    if way is None:
        return _upload_of(platform, text, running, wanted)
    reversible = re.search(way.ready, running, re.MULTILINE) is not None if ready is None else ready
    changed = set(now.splitlines()) ^ set(then.splitlines())
    return RestorePlan(
        way="replace" if reversible else "merge",
        remedy="" if reversible else way.remedy,
        running=now,
        wanted=then,
        file=with_ends_as_meant(platform, text.restorable(wanted)),
        difference=text.difference(running, wanted),
        lost=_lost(now, then),
        reload=tuple(sorted(line for line in changed if any(re.search(each, line) for each in way.needs_reload))),
    )


def _upload_of(platform: CliPlatform, text: ConfigText, running: str, wanted: str) -> RestorePlan:
    assert platform.upload is not None
    now, then = text.stable(running), text.stable(wanted)
    return RestorePlan(
        way=UPLOAD,
        remedy=SENT_BACK,
        running=now,
        wanted=then,
        file=wanted,
        difference=text.difference(running, wanted),
        lost=_lost(now, then),
        reload=(RESTARTS,) if platform.upload.restarts else (),
        patience=platform.upload.minutes,
    )


def _changes(difference: str) -> str:
    """The changed lines of a difference, below the sections in which they stand."""
    lines = (_PLACE.sub("in ", line) for line in difference.splitlines() if not line.startswith((" ", *_HEADS)))
    return "\n".join(line for line in lines if line != "in ")


def _lost(now: str, then: str) -> int:
    has = set(then.splitlines())
    return sum(line not in has for line in _meant(now))


def _meant(text: str) -> list[str]:
    """The lines that mean something to the device: it sets its own separators."""
    return [line for line in text.splitlines() if line.strip("! ")]
