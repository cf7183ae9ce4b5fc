"""What a restore is given: who wants what put back, on which devices, within which times, and where it is reported."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from cmsp_agent.model.component import Component
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.replacing import ReplaceableDevice
from cmsp_agent.services.backups.uploading import UploadDevice

RestorableDevice = ReplaceableDevice | UploadDevice
OpenDevice = Callable[[Component, CliPlatform, int], RestorableDevice]
Faults = Callable[[str], Collection[str]]
"""The grave faults of a component at this moment, in words."""
ReportRestore = Callable[["RestoreOrder", str, str], Awaitable[None]]
"""Puts a step into the audit log: the order, the step, what came of it."""


@dataclass(frozen=True, slots=True)
class RestoreTimes:
    """How long things take. Seconds, but for `minutes`."""

    minutes: int = 5
    """After which the device goes back by itself."""
    minute: float = 60.0
    watch: float = 60.0
    """How long faults are waited for before the change is kept."""
    between: float = 10.0
    """Between two attempts to reach the device."""


@dataclass(frozen=True, slots=True)
class RestoreOrder:
    """Who wants what put back."""

    component: str
    version: str
    by: str
    plan: str = ""
    """The fingerprint of the plan that was approved."""
    merge: bool = False
    """Where the device has no way back: add the lines, and remove none."""
    other_device: bool = False
    """Put back a version of another device, which this one replaces."""


def nothing_known(component: str) -> Collection[str]:  # noqa: ARG001
    """No device has answered yet."""
    return ()


@dataclass(frozen=True, slots=True)
class RestorableDevices:
    """The devices: one to be written to, its grave faults, the interfaces that it reports."""

    open: OpenDevice
    faults: Faults
    ports: Callable[[str], Collection[str]] = nothing_known


@dataclass(frozen=True, slots=True)
class RestoreReports:
    """Where it is reported: each step into the audit log, what is wrong as an alarm."""

    step: ReportRestore
    alarm: Callable[[AgentSignal], Awaitable[None]]
