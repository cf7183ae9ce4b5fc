"""A disk as it may be found after the power was cut: what was synced is there, of the rest anything may be.

A file's content is durable when the file was synced, its name when its directory was. Names change in order, as the
journal of a file system does it; data does in any order, and a write may be torn between two sectors.
"""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from random import Random

from tests.lab.disk.journal import Step

SECTOR = 512


class Loss(Enum):
    """What becomes of that which was not synced."""

    NOTHING = "kept"
    ALL = "dropped"
    WRITES = "some writes dropped"
    SECTORS = "torn by sector"


@dataclass(slots=True)
class File:
    """What is durable of a file, and what was done to it since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Step] = field(default_factory=list)


Names = dict[str, File]


class Disk:
    """Take the steps one by one; `found` writes down a state in which the disk may be at that moment.

    Args:
        ignoring_syncs: the control: a disk that forgets to obey.
    """

    def __init__(self, *, ignoring_syncs: bool = False) -> None:
        self._ignoring_syncs = ignoring_syncs
        self._durable: Names = {}
        self._now: Names = {}
        self._pending: list[tuple[Step, File]] = []

    def take(self, step: Step) -> None:
        """One more call of the process."""
        match step.what:
            case "sync":
                if not self._ignoring_syncs:
                    self._sync(step.path)
            case "write" | "cut":
                self._now.setdefault(step.path, File()).pending.append(step)
            case "mkdir":
                pass  # directories are made where a file in them is found
            case _:
                self._rename(step)

    def _rename(self, step: Step) -> None:
        if step.what == "open" and step.path in self._now:
            return
        file = self._now.get(step.path) or File()
        _change(self._now, step, file)
        self._pending.append((step, file))

    def _sync(self, path: str) -> None:
        file = self._now.get(path)
        if file is not None:
            for step in file.pending:
                _apply(file.durable, step.offset, step.data, cut=step.what == "cut")
            file.pending.clear()
            return
        # a directory: what became of the names in it is durable
        here = [entry for entry in self._pending if _parent(entry[0].to or entry[0].path) == path]
        for step, named in here:
            _change(self._durable, step, named)
            self._pending.remove((step, named))

    def found(self, root: str, at: Path, loss: Loss, dice: Random) -> None:
        """Write the files below `root` as they may be found to the directory `at`."""
        names = dict(self._durable)
        for step, file in self._pending[: self._names_kept(loss, dice)]:
            _change(names, step, file)
        for path, file in names.items():
            target = at / path.removeprefix(root).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_content(file, loss, dice))
            target.chmod(0o600)

    def _names_kept(self, loss: Loss, dice: Random) -> int:
        if loss in (Loss.NOTHING, Loss.ALL):
            return len(self._pending) if loss is Loss.NOTHING else 0
        return dice.randint(0, len(self._pending))


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _change(names: Names, step: Step, file: File) -> None:
    match step.what:
        case "open":
            names.setdefault(step.path, file)
        case "rename":
            names.pop(step.path, None)
            names[step.to] = file
        case "link":
            names[step.to] = file
        case "unlink":
            names.pop(step.path, None)


def _content(file: File, loss: Loss, dice: Random) -> bytes:
    content = bytearray(file.durable)
    if loss is Loss.ALL:
        return bytes(content)
    for step in file.pending:
        cut = step.what == "cut"
        if loss is not Loss.SECTORS or cut:
            if loss is Loss.NOTHING or dice.random() < 0.5:
                _apply(content, step.offset, step.data, cut=cut)
            continue
        for start in range(0, len(step.data), SECTOR):
            if dice.random() < 0.5:
                _apply(content, step.offset + start, step.data[start : start + SECTOR], cut=False)
    return bytes(content)


def _apply(content: bytearray, offset: int, data: bytes, *, cut: bool) -> None:
    if cut:
        del content[offset:]
    if len(content) < (end := offset + len(data)):
        content.extend(bytes(end - len(content)))
    content[offset : offset + len(data)] = data
