"""The support bundle as a file: a compressed archive of texts with their digests. Only the newest few are kept."""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmsp_agent.model.errors import NotFound
from cmsp_agent.storage import files

FOLDER = "support"
MOST_KEPT = 3
MOST_BYTES = 64 * 2**20
_NAME = re.compile(r"[0-9a-f-]{1,64}")


@dataclass(frozen=True, slots=True)
class Archives:
    """The bundles in the state directory."""

    directory: Path

    def write(self, name: str, texts: Mapping[str, str], at: int) -> Mapping[str, Any]:
        """Write a bundle and forget all but the newest.

        Args:
            name: of the bundle.
            texts: by file name.
            at: ms since the epoch, for the files' times.

        Raises:
            StorageError: it can't be written.
        """
        content = packed(f"cmsp-support-{name}", texts, at)
        path = self._path(name)
        files.make_folder(path.parent)
        files.write_atomically(path, content)
        kept = sorted(path.parent.glob("*.tar.gz"), key=lambda each: each.stat().st_mtime_ns)
        for old in kept[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
        return {"bundle": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def read(self, name: str) -> bytes:
        """A bundle.

        Raises:
            NotFound: there is none of this name, or no more.
            StorageError: it can't be read.
        """
        content = files.read(self._path(name), MOST_BYTES) if _NAME.fullmatch(name) else None
        if content is None:
            raise NotFound(f"no support bundle {name}")
        return content

    def _path(self, name: str) -> Path:
        return self.directory / FOLDER / f"{name}.tar.gz"


def packed(folder: str, texts: Mapping[str, str], at: int) -> bytes:
    """The archive; it begins with a list of its files and their digests."""
    contents = {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    listed = {"manifest.json": json.dumps(digests, indent=2).encode(), **contents}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in listed.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mtime, entry.mode = len(content), at // 1000, 0o600
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
