"""A configuration that is an archive (.tar.gz): compared and shown by the names and hashes of what lies in it."""

import hashlib
import io
import tarfile
import zlib

from cmsp_agent.services.backups.clean_text import ConfigText

MOST = 256 * 1024 * 1024
"""Bytes of everything in an archive, unpacked."""


class ArchiveText(ConfigText):
    """Reads what was fetched as bytes kept in a text. Nothing in it is shown but names, sizes and hashes."""

    def refusal(self, text: str) -> str:  # noqa: ARG002
        """Nothing: an archive holds no refusal of a device."""
        return ""

    def flaws(self, text: str) -> list[str]:
        """Why it is not a whole archive."""
        try:
            members = _members(text)
        except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError) as error:
            return [f"it is no whole archive: {error}"]
        return [] if members else ["the archive is empty"]

    def stable(self, text: str) -> str:
        """A line for each file: its name, size and hash; when it was packed does not count."""
        try:
            return "".join(f"{line}\n" for line in _members(text))
        except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError):
            return text

    def restorable(self, text: str) -> str:
        """The archive itself."""
        return text

    def redacted(self, text: str) -> str:
        """The files of an archive by name; a text that is no archive (a part of a difference) as any other."""
        raw = text.encode("utf-8", "surrogateescape")
        return self.stable(text) if raw[:2] == b"\x1f\x8b" else super().redacted(text)


def _members(text: str) -> list[str]:
    raw, left, found = text.encode("utf-8", "surrogateescape"), MOST, list[str]()
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r:gz") as archive:
        for member in archive:
            if not member.isfile():
                continue
            left -= member.size
            if left < 0:
                raise ValueError("it unpacks to too much")
            content = archive.extractfile(member)
            assert content is not None
            digest = hashlib.sha256(content.read()).hexdigest()[:16]
            found.append(f"{member.name.removeprefix('./')} {member.size} {digest}")
    return sorted(found)
