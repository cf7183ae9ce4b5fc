"""SSH host keys: what is pinned for a device, and how it is kept. They are checked in `handshake`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cmsp_agent.storage.tables.host_keys import fingerprint


@dataclass(frozen=True, slots=True)
class HostKey:
    """A server's public key as it goes over the wire (RFC 4253, section 6.6)."""

    algorithm: str
    """The key's own type (`ssh-ed25519`, `ssh-rsa`), not the signature's (`rsa-sha2-512`)."""
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """`SHA256:…`, as OpenSSH prints it."""
        return fingerprint(self.blob)


class HostKeyStore(Protocol):
    """Keeps the pinned keys durably. Replacing one is an audited command, never this protocol's business."""

    async def pinned(self, address: str, port: int) -> Sequence[HostKey]:
        """The keys that the device may show; none before its first use."""
        ...

    async def pin(self, address: str, port: int, key: HostKey) -> Sequence[HostKey]:
        """Pin the key unless another one is pinned already; returns what is pinned now."""
        ...
