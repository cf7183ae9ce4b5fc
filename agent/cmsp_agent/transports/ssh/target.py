"""Where a dialogue goes, with which login and within which bounds; the errors that only SSH knows."""

from dataclasses import dataclass

from cmsp_agent.model.credentials import SshCredential
from cmsp_agent.model.errors import DeviceError


class HostKeyChanged(DeviceError):
    """The device shows another host key than the one pinned: replaced hardware, or an attack."""


class LegacyAlgorithmsOnly(DeviceError):
    """The device and we have none but legacy algorithms in common, which the component may permit."""


class NoAlgorithmInCommon(DeviceError):
    """The device permits none of the algorithms that we have, legacy ones included."""


@dataclass(frozen=True, slots=True)
class CliTarget:
    """One device's SSH service and the login for it."""

    address: str
    """IPv4 or IPv6 address, or a host name."""
    credential: SshCredential
    port: int = 22
    platform: str = "cisco_ios"
    """The name of its dialect: how paging is turned off, how enable works."""
    legacy: bool = False
    """Permit SHA-1 key exchange, ssh-rsa, CBC ciphers and HMAC-SHA-1."""
    login_timeout: float | None = None
    """Seconds that a login may take; None: the limits' own."""
    silence: float | None = None
    """Seconds that the device may say nothing while it answers; None: the limits' own."""
    source: str | None = None
    """Address to connect from; the kernel's choice where it is None."""
    name: str = ""
    """The component's name, as errors say it; a prompt that is this name asks for nothing."""

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class CliLimits:
    """Seconds for each stage of a dialogue, and the bytes that a device may send in all of it."""

    connect: float = 10.0
    banner: float = 10.0
    key_exchange: float = 20.0
    login: float = 60.0
    """For authentication, and then for the prompt."""
    channel: float = 10.0
    silence: float = 180.0
    """Without a character while a command is answered; a steady stream may last as long as it streams."""
    received: int = 16 * 1024 * 1024
