"""Device command lines over SSH: one dialogue, one thread, every stage with a deadline. Knows nothing of backups."""

from cmsp_agent.transports.ssh.client import CliClient
from cmsp_agent.transports.ssh.hostkeys import HostKey, HostKeyStore
from cmsp_agent.transports.ssh.session import SshSession
from cmsp_agent.transports.ssh.target import (
    CliLimits,
    CliTarget,
    HostKeyChanged,
    LegacyAlgorithmsOnly,
    NoAlgorithmInCommon,
)

__all__ = [
    "CliClient",
    "CliLimits",
    "CliTarget",
    "HostKey",
    "HostKeyChanged",
    "HostKeyStore",
    "LegacyAlgorithmsOnly",
    "NoAlgorithmInCommon",
    "SshSession",
]
