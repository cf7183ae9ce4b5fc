"""What the files of a configuration were when they were read, to be compared with what they are now."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.rule_files import rule_files_of
from cmsp_agent.model.errors import ConfigurationError


def fingerprint_of(configuration: Configuration, file: bytes | None = None) -> bytes:
    """Of its files as they are now.

    Args:
        configuration: that names them.
        file: the digest of the file itself, where it was taken already.
    """
    return (digest(configuration.file) if file is None else file) + _rules(configuration)


def digest(file: Path) -> bytes:
    """Of a file's content; empty where it can't be read."""
    try:
        found = os.stat(file)
        return _digest(file, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    except OSError:
        return b""


@lru_cache(maxsize=64)  # looked at every few seconds, and changed once a month
def _digest(file: Path, *_as_it_was: int) -> bytes:
    return hashlib.blake2b(file.read_bytes(), digest_size=16).digest()


def _rules(configuration: Configuration) -> bytes:
    try:
        return b"".join(digest(file) for file in rule_files_of(configuration))
    except ConfigurationError:
        return b"missing"
