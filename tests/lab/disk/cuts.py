"""A disk as it may be found after the power was cut: what was synced is there, of the rest anything may be.

A file's content is durable when the file was synced; the name of a file, a directory or a symbolic link when the
directory that it stands in was. Names change in order, as the journal of a file system does it; data does in any order,
and a write may be torn between two sectors.
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


@dataclass(slots=True, eq=False)
class File:
    """What is durable of a file, and what was done to it since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Step] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Directory:
    """A directory itself; what it holds stands in `Names`."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    target: str


Node = File | Directory | Link
Names = dict[Directory, dict[str, Node]]
"""What stands in each directory."""


@dataclass(frozen=True, slots=True)
class Change:
    """One name that is given to something, or taken away; a rename is two, that come together."""

    directory: Directory
    name: str
    node: Node | None


class Disk:
    """Take the steps one by one; `found` writes down a state in which the disk may be at that moment.

    A directory that no step made was there, and durable, before.

    Args:
        ignoring_syncs: the control: a disk that forgets to obey.
    """

    def __init__(self, *, ignoring_syncs: bool = False) -> None:
        self._ignoring_syncs = ignoring_syncs
        self._root = Directory()
        self._durable: Names = {}
        self._now: Names = {}
        self._pending: list[tuple[Change, ...]] = []

    def take(self, step: Step) -> None:
        """One more call of the process."""
        match step.what:
            case "sync":
                if not self._ignoring_syncs:
                    self._sync(step.path)
            case "write" | "cut":
                self._file(step).pending.append(step)
            case "open":
                self._file(step)
            case "mkdir":
                self._change((*self._place(step.path), Directory()))
            case "symlink":
                self._change((*self._place(step.to), Link(step.path)))
            case "link":
                self._change((*self._place(step.to), self._node(step.path)))
            case "rename":
                self._change((*self._place(step.path), None), (*self._place(step.to), self._node(step.path)))
            case _:
                self._change((*self._place(step.path), None))

    def _change(self, *changes: tuple[Directory, str, Node | None]) -> None:
        together = tuple(Change(*each) for each in changes)
        _apply_names(self._now, together)
        self._pending.append(together)

    def _node(self, path: str) -> Node | None:
        directory, name = self._place(path)
        return self._now.get(directory, {}).get(name)

    def _file(self, step: Step) -> File:
        node = self._node(step.path)
        if isinstance(node, File):
            return node
        made = File()
        self._change((*self._place(step.path), made))
        return made

    def _place(self, path: str) -> tuple[Directory, str]:
        """The directory in which the name stands, by way of links too, and the name."""
        *parents, name = path.strip("/").split("/")
        here = self._root
        for parent in parents:
            node = self._now.setdefault(here, {}).get(parent)
            if isinstance(node, Link):
                node = self._now[here][node.target]
            if not isinstance(node, Directory):
                node = Directory()
                self._now[here][parent] = node
                self._durable.setdefault(here, {})[parent] = node
            here = node
        return here, name

    def _sync(self, path: str) -> None:
        node = self._node(path)
        if isinstance(node, File):
            for step in node.pending:
                _apply(node.durable, step.offset, step.data, cut=step.what == "cut")
            node.pending.clear()
            return
        # what became of the names in the directory is durable; a rename is so as a whole
        here = [each for each in self._pending if any(change.directory is node for change in each)]
        for each in here:
            _apply_names(self._durable, each)
        self._pending = [each for each in self._pending if each not in here]

    def found(self, root: str, at: Path, loss: Loss, dice: Random) -> None:
        """Write what stands below `root` as it may be found to the directory `at`."""
        names = {directory: dict(inside) for directory, inside in self._durable.items()}
        for each in self._pending[: self._names_kept(loss, dice)]:
            _apply_names(names, each)
        top: Node | None = self._root
        for part in root.strip("/").split("/"):
            top = names.get(top, {}).get(part) if isinstance(top, Directory) else None
        if isinstance(top, Directory):
            _lay(names, top, at, loss, dice)

    def _names_kept(self, loss: Loss, dice: Random) -> int:
        if loss in (Loss.NOTHING, Loss.ALL):
            return len(self._pending) if loss is Loss.NOTHING else 0
        return dice.randint(0, len(self._pending))


def _lay(names: Names, directory: Directory, at: Path, loss: Loss, dice: Random) -> None:
    at.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, node in names.get(directory, {}).items():
        target = at / name
        if isinstance(node, Directory):
            _lay(names, node, target, loss, dice)
        elif isinstance(node, Link):
            target.symlink_to(node.target)
        else:
            target.write_bytes(_content(node, loss, dice))
            target.chmod(0o600)


def _apply_names(names: Names, changes: tuple[Change, ...]) -> None:
    for change in changes:
        inside = names.setdefault(change.directory, {})
        if change.node is None:
            inside.pop(change.name, None)
        else:
            inside[change.name] = change.node


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
