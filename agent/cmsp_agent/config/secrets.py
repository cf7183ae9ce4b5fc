"""Where secrets come from: systemd credentials, files of mode 0600, or a source that is handed in (the vault).

The file names secrets only; values pass through here to `Secret.reveal` and are neither kept nor shown.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cmsp_agent.config.file_kind import in_place_of_a_file, move_away
from cmsp_agent.config.tree import ListNode, MapNode, Node, SecretReference, shown
from cmsp_agent.config.tree import Path as TreePath
from cmsp_agent.model.errors import AgentError, Problem, SecretUnusable
from cmsp_agent.model.secret import Secret

MOST_BYTES = 64 * 1024
SHORTEST_KEY = 8
"""Octets of an SNMPv3 password (RFC 3414 section 11.2)."""
_SNMPV3_KEYS = frozenset({"auth_key", "priv_key"})


class SecretSource(Protocol):
    """Something that may know a secret."""

    def find(self, name: str) -> str | None:
        """The secret of this name, or None where this source has none.

        Raises:
            SecretUnusable: there is one, but it can't or must not be used as it is.
        """


class WatchedSource(SecretSource, Protocol):
    """A source that can be asked now and then, at little cost."""

    def has(self, name: str) -> bool:
        """Whether it has a secret of this name that can be used.

        Raises:
            SecretUnusable: as `find`.
        """


class SystemdCredentials:
    """What systemd passed to the service (`LoadCredential=`, systemd.exec(5)): a file each in a directory."""

    called = "systemd credential"

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def names(self) -> list[str]:
        """The credentials that there are."""
        return _names(self._directory)

    def find(self, name: str) -> str | None:
        """The credential of this name. systemd itself keeps others from it, so its mode is not looked at."""
        return _content(self._directory / name)

    def has(self, name: str) -> bool:
        """As `find`, by a content that was read before where the file is the same."""
        path = self._directory / name
        status = _status(path)
        return status is not None and _fits(path, *_as_it_is(status))


class SecretFiles:
    """A directory with a file for each secret, readable by its owner only."""

    called = "file"

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def names(self) -> list[str]:
        """The files that there are."""
        return _names(self._directory)

    def find(self, name: str) -> str | None:
        """The content of the file of this name.

        Raises:
            SecretUnusable: group or others have a right to the file, or it belongs to somebody else.
        """
        path = self._directory / name
        return None if self._for_its_owner(path) is None else _content(path)

    def has(self, name: str) -> bool:
        """As `find`, by a content that was read before where the file is the same."""
        path = self._directory / name
        status = self._for_its_owner(path)
        return status is not None and _fits(path, *_as_it_is(status))

    @staticmethod
    def _for_its_owner(path: Path) -> os.stat_result | None:
        status = _status(path)
        if status is None:
            return None
        if kind := in_place_of_a_file(path):
            raise _unusable(path, f"{kind}, not a file: {move_away(path)}")
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise _unusable(path, f"others may read this secret; run: chmod 600 {path}")
        # root checks for the service, whose directory it is
        if status.st_uid not in {0, os.geteuid() or path.parent.stat().st_uid}:
            raise _unusable(path, "this secret belongs to another user than the agent")
        return status


class NamedSource(WatchedSource, Protocol):
    """A source that can say what it has."""

    @property
    def called(self) -> str:
        """What people call it."""

    def names(self) -> list[str]:
        """The names of all its secrets."""


class Secrets:
    """All sources in order: the first that knows a name has it."""

    def __init__(self, sources: Sequence[NamedSource]) -> None:
        self._sources = tuple(sources)

    def values(self) -> Iterator[str]:
        """Every secret of every source, whatever uses it; what can't be read is passed over."""
        for source in self._sources:
            names: Sequence[str] = ()
            with contextlib.suppress(AgentError):
                names = source.names()
            for name in names:
                with contextlib.suppress(AgentError):
                    if (value := source.find(name)) is not None:
                        yield value

    def find(self, name: str) -> str | None:
        """The secret of this name from the first source that has it."""
        return next((value for source in self._sources if (value := source.find(name)) is not None), None)

    def has(self, name: str) -> bool:
        """Whether the first source that knows a secret of this name can give it."""
        return any(source.has(name) for source in self._sources)

    def where(self, name: str) -> str:
        """What people call the source that has a secret; *missing* where none does."""
        for source in self._sources:
            try:
                if source.find(name) is not None:
                    return source.called
            except SecretUnusable as error:
                return f"{source.called}, unusable: {error.problems[0].text}"
        return "missing"


def secret(name: str, source: SecretSource) -> Secret:
    """A secret that is looked up at each use, and that differs from itself once its value has changed."""

    def read() -> str:
        value = source.find(name)
        if value is None:
            raise SecretUnusable([Problem("", 0, f"!secret {name}", _missing(name))])
        return value

    with contextlib.suppress(SecretUnusable):
        return Secret(name, read, hashlib.blake2b((source.find(name) or "").encode()).digest())
    return Secret(name, read)


def missing_secrets(tree: Node, source: SecretSource, file: str) -> list[Problem]:
    """A problem for each reference to a secret that no source has, or that must not be used as it is."""
    problems: list[Problem] = []
    sources: set[Problem] = set()
    for path, line, name in references(tree, ()):
        try:
            value = source.find(name)
            if value is None:
                problems.append(Problem(file, line, shown(path), _missing(name)))
            elif path[-1] in _SNMPV3_KEYS and len(value.encode()) < SHORTEST_KEY:
                text = f"the secret '{name}' is shorter than {SHORTEST_KEY} octets, too short for an SNMPv3 key"
                problems.append(Problem(file, line, shown(path), text))
        except SecretUnusable as error:
            new = [problem for problem in error.problems if problem not in sources]
            sources.update(problem for problem in new if not problem.path)  # it is said once what ails the whole vault
            problems.extend(Problem(file, line, shown(path), str(problem)) for problem in new)
    return problems


def unusable_secrets(names: Iterable[str], source: WatchedSource) -> dict[str, str]:
    """Why these secrets can't be used, by their names, or by the file that has them all."""
    found: dict[str, str] = {}
    for name in names:
        try:
            if not source.has(name):
                found[name] = _missing(name)
        except SecretUnusable as error:
            found |= {(problem.path and name) or problem.file: str(problem) for problem in error.problems}
    return found


def references(node: Node, path: TreePath) -> Iterator[tuple[TreePath, int, str]]:
    """Each reference to a secret: its path, line and the secret's name."""
    if isinstance(node, MapNode):
        for key, value in node.entries.items():
            yield from references(value, (*path, key))
    elif isinstance(node, ListNode):
        for index, item in enumerate(node.items):
            yield from references(item, (*path, index))
    elif isinstance(node.value, SecretReference) and node.value.name:
        yield path, node.line, node.value.name


def _missing(name: str) -> str:
    return f"there is no secret '{name}'; store it: cmsp-agent secret set {name}"


def _names(directory: Path) -> list[str]:
    try:
        return sorted(each.name for each in directory.iterdir() if each.is_file())
    except OSError:
        return []


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unusable(path, f"can't be read: {error.strerror}") from error


def _as_it_is(status: os.stat_result) -> tuple[int, ...]:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode


@lru_cache(maxsize=1_000)  # each secret is looked at every minute, and changed once a year
def _fits(path: Path, *_as_it_was: int) -> bool:
    """Whether the file has a secret. One that can't be used is an exception, which is not remembered."""
    return _content(path) is not None


def _content(path: Path) -> str | None:
    try:
        if kind := in_place_of_a_file(path):
            raise _unusable(path, f"{kind}, not a file: {move_away(path)}")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unusable(path, f"can't be read: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise _unusable(path, "too long for a secret")
    try:
        value = data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        # The decoder's own error carries the bytes: it must not be chained.
        raise _unusable(path, "not UTF-8 text") from None
    if not value:
        raise _unusable(path, "empty")
    return value


def _unusable(path: Path, text: str) -> SecretUnusable:
    return SecretUnusable([Problem(str(path), 0, "", text)])
