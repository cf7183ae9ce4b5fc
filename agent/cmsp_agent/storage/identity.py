"""The appliance's identity on disk: keys, certificate, CA, settings. A new one takes the place of the old at once.

Each lies in a folder of its own; `current` is a link to the one in force, and is replaced by a rename.
"""

import contextlib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.ids import Octets
from cmsp_agent.storage import files
from cmsp_agent.storage.encoding import DocumentInvalid, decode, encode
from cmsp_agent.storage.sqlite.connections import sync_directory

FOLDER, CURRENT, PENDING = "identity", "current", "pending"
DIGEST = "token.digest"
KEY, CERTIFICATE, CA = "appliance.key", "certificate.pem", "headend-ca.pem"
WIREGUARD_KEY, TUNNEL, SETTINGS = "wireguard.key", "tunnel.json", "settings.json"
MOST_BYTES = 256 * 1024
MOST_TOKENS = 50


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """What enrolment said, beside the files."""

    appliance_id: str
    headend_urls: tuple[str, ...]
    enrolled_at: int
    tokens: tuple[str, ...] = ()
    """Digests of the tokens that were used."""


@dataclass(frozen=True, slots=True)
class PendingKeys:
    """The private halves that wait for a certificate. Never shown."""

    tls: bytes = field(repr=False)
    wireguard: str = field(repr=False)
    token: str = ""
    """Digest of the token of the last request: its answer may come as a file, without it."""


class IdentityFiles:
    """The folder `identity` of the state directory. All methods raise StorageError where it can't be used."""

    def __init__(self, state: Path, octets: Octets = os.urandom) -> None:
        self._folder = state / FOLDER
        self._octets = octets

    @property
    def current(self) -> Path:
        """The folder of the identity in force; the same path after a renewal."""
        return self._folder / CURRENT

    def settings(self) -> IdentitySettings | None:
        """What is in force; None: not enrolled."""
        content = files.read(self.current / SETTINGS, MOST_BYTES)
        try:
            return None if content is None else decode(content, IdentitySettings)
        except DocumentInvalid as error:
            raise StorageError(f"{self.current / SETTINGS}: damaged ({error})") from error

    def content(self, name: str) -> bytes | None:
        """A file of the identity in force."""
        return files.read(self.current / name, MOST_BYTES)

    def pending(self) -> PendingKeys | None:
        """Keys that were made and have no certificate yet."""
        tls = files.read(self._folder / PENDING / KEY, MOST_BYTES)
        wireguard = files.read(self._folder / PENDING / WIREGUARD_KEY, MOST_BYTES)
        if tls is None or wireguard is None:
            return None
        token = files.read(self._folder / PENDING / DIGEST, MOST_BYTES) or b""
        return PendingKeys(tls, wireguard.decode().strip(), token.decode("ascii", "replace").strip())

    def keep_pending(self, keys: PendingKeys) -> None:
        """Keep keys until their certificate comes, over a restart too."""
        folder = self._make(PENDING)
        files.write_atomically(folder / KEY, keys.tls)
        files.write_atomically(folder / WIREGUARD_KEY, f"{keys.wireguard}\n".encode())
        files.write_atomically(folder / DIGEST, f"{keys.token}\n".encode())

    def install(self, contents: Mapping[str, bytes], at: int) -> None:
        """Put an identity in force: all of its files or none. What others left behind, keys among it, is removed."""
        name = f"{at:013}-{self._octets(4).hex()}"
        folder = self._make(name)
        for file, content in contents.items():
            files.write_atomically(folder / file, content)
        before = self._folder / CURRENT
        draft = self._folder / f".{CURRENT}.{name}"
        try:
            draft.symlink_to(name)
            draft.replace(before)
            sync_directory(self._folder)
        except OSError as error:
            raise files.storage_error(error, before) from error
        for other in sorted(self._folder.iterdir()):
            if other.name not in (name, CURRENT):
                _remove(other)

    def _make(self, name: str) -> Path:
        folder = self._folder / name
        files.make_folder(folder)
        return folder


def digest_of_token(token: str) -> str:
    """By which a used token is known again."""
    return hashlib.sha256(token.encode()).hexdigest()


def settings_file(settings: IdentitySettings) -> bytes:
    """As it is stored."""
    return encode(settings)


def _remove(folder: Path) -> None:
    """A folder with its files, or a link that was not put in its place."""
    with contextlib.suppress(OSError):
        if folder.is_symlink():
            folder.unlink()
            return
        for file in folder.iterdir():
            file.unlink(missing_ok=True)
        folder.rmdir()
