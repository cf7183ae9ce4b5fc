"""Puts a stored configuration back on its device: planned, then applied with the device's own way back, then kept.

Read `Restores.run` from top to bottom. Nothing is kept unless the agent still reaches the device, the device runs what
was asked for, and no further fault has shown.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import (
    AgentError,
    AuthenticationRejected,
    CommandRejected,
    Conflict,
    DeviceAnswerInvalid,
    DeviceError,
    DeviceUnreachable,
)
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.device_swap import text_for_swapped
from cmsp_agent.services.backups.policy import require_restore
from cmsp_agent.services.backups.restore_order import (
    RestorableDevice,
    RestorableDevices,
    RestoreOrder,
    RestoreReports,
    RestoreTimes,
)
from cmsp_agent.services.backups.restore_plan import AS_BEFORE, UPLOAD, RestorePlan, plan_of
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.services.backups.ssh_reading import Progress, to_bytes

FAILED = "restore.failed"
INTERRUPTED = "restore.interrupted"
OBJECT = "configuration"


@dataclass(frozen=True, slots=True)
class Restores:
    """Plans and carries out."""

    backups: Backups
    devices: RestorableDevices
    reports: RestoreReports
    clock: Clock
    times: RestoreTimes = field(default_factory=RestoreTimes)
    under_way: set[str] = field(default_factory=set)

    def require(self, component: str) -> tuple[Component, CliPlatform]:
        """Whether the component's configuration may be put back, and can be.

        Raises:
            NotFound: no such component.
            Refused: order, tier or device type; the text names the source.
        """
        return require_restore(*self.backups.require(component))

    async def plan(self, order: RestoreOrder) -> RestorePlan:
        """What would change. Reads the device, changes nothing.

        Raises:
            NotFound: no such version.
            Refused, StorageError, DeviceError: it can't be planned.
        """
        component, platform = self.require(order.component)
        wanted = await self.backups.content(order.component, order.version, redacted=False)
        running = await self.backups.running(order.component)
        text = self.backups.texts.of(order.component)
        way, ready = platform.replacement, None
        if way is not None and way.ask:
            ready = await self.devices.open(component, platform, self.times.minutes).ready()
        return await self.backups.texts.compute(lambda: plan_of(platform, text, running, wanted, ready))

    async def for_swapped(self, component: str, version: str) -> str:
        """A version as a text to paste at the console of a swapped device. Raises as `text_for_swapped`."""
        return await text_for_swapped(self.backups, component, version, self.devices.ports(component))

    async def run(self, order: RestoreOrder, progress: Progress) -> dict[str, Any]:
        """Put the version back as planned.

        Returns:
            The version that runs now, and how it came there.

        Raises:
            Conflict: the device or the version is not what was planned.
            AgentError: not put back; the text says what the device runs now.
        """
        if order.component in self.under_way:
            raise Conflict(f"{order.component}: a configuration is being put back on it already")
        self.under_way.add(order.component)
        try:
            return await self._run(order, progress)
        finally:
            self.under_way.discard(order.component)

    async def _run(self, order: RestoreOrder, progress: Progress) -> dict[str, Any]:
        component, platform = self.require(order.component)
        progress(5, "comparing with the running configuration")
        plan = await self.plan(order)
        _approved(order, plan)
        if not plan.changes:
            return {"result": "unchanged", "way": plan.way}
        progress(15, "saving the running configuration")
        before = await self.backups.run(order.component, "restore")
        if before.error is not None:
            raise before.error
        device, faults = (
            self.devices.open(component, platform, self.times.minutes),
            set(self.devices.faults(order.component)),
        )
        try:
            await self._apply(order, device, plan, progress)
            await self._verify(order, plan, faults, progress)
            progress(85, "keeping it")
            await self._step(order, "confirm", device.confirm if plan.reversible else _nothing)
        except AgentError as error:
            raise await self._back(order, device, plan, error, progress) from error
        try:
            await self._step(order, "save", device.save)
        except AgentError as error:
            await self._alarm(order, FAILED, str(error))
            raise
        await self._tidy(order, device)
        after = await self.backups.run(order.component, "restore")
        await self._alarm(order, FAILED, "")
        await self._alarm(order, INTERRUPTED, "")
        return {"result": "restored", "way": plan.way, "backup": after.backup.id if after.backup else None}

    async def _apply(
        self, order: RestoreOrder, device: RestorableDevice, plan: RestorePlan, progress: Progress
    ) -> None:
        progress(30, "copying the file to the device")
        await self._step(order, "upload", lambda: device.upload(to_bytes(plan.file)))
        progress(45, "applying it")
        if plan.way == UPLOAD:
            return  # it does so by itself
        try:
            await self._step(order, "apply", device.apply if plan.reversible else device.merge)
        except DeviceUnreachable:
            progress(50, "the session was cut: waiting for the device")  # it may have been applied all the same

    async def _verify(self, order: RestoreOrder, plan: RestorePlan, faults: set[str], progress: Progress) -> None:
        """The device answers, runs what was wanted, and no further fault shows.

        Raises:
            AgentError: one of these does not hold.
        """
        progress(60, "reading it again")
        until = self.clock.monotonic() + (plan.patience or self.times.minutes - 1) * self.times.minute
        left = await self._left(order.component, plan, until)
        if left:
            raise DeviceAnswerInvalid(f"{order.component}: it does not run what was put back:\n{left}")
        progress(70, "watching for faults")
        await self.clock.sleep(min(self.times.watch, max(0.0, until - self.clock.monotonic())))
        await self._reached(order.component, until)
        if further := sorted(set(self.devices.faults(order.component)) - faults):
            raise DeviceAnswerInvalid(f"{order.component}: faults since it was applied: {'; '.join(further)}")
        await self.reports.step(order, "verify", "done")

    async def _left(self, component: str, plan: RestorePlan, until: float) -> str:
        """What still differs; a device that starts anew goes on for a while as it was, and then shows its pages.

        Raises:
            DeviceError: it can't be read.
        """
        text = self.backups.texts.of(component)
        while True:
            late = plan.way != UPLOAD or self.clock.monotonic() + self.times.between >= until
            try:
                running = await self._reached(component, until)
                left = await self.backups.texts.compute(partial(plan.left, text, running))
                if late or not left:
                    return left
            except (CommandRejected, DeviceAnswerInvalid):
                if late:
                    raise
            await self.clock.sleep(self.times.between)

    async def _reached(self, component: str, until: float) -> str:
        """The running configuration, as soon as the device gives it.

        Raises:
            DeviceError: it does not until then.
        """
        while True:
            try:
                return await self.backups.running(component)
            except (AuthenticationRejected, DeviceUnreachable):
                if self.clock.monotonic() + self.times.between >= until:
                    raise
                await self.clock.sleep(self.times.between)

    async def _back(
        self, order: RestoreOrder, device: RestorableDevice, plan: RestorePlan, error: AgentError, progress: Progress
    ) -> AgentError:
        """Let the device go back, check that it did, and report it."""
        progress(80, "going back")
        await self.reports.step(order, "verify", f"failed: {error}")
        if plan.returns:
            try:
                await device.revert()
            except DeviceError:
                progress(80, "waiting until the device goes back by itself")
        found = await self._went_back(order, plan)
        await self._tidy(order, device)
        said = f"{error}; {found}"
        await self.reports.step(order, "go back", found)
        await self._alarm(order, FAILED, said)
        return type(error)(said)

    async def _went_back(self, order: RestoreOrder, plan: RestorePlan) -> str:
        until = self.clock.monotonic() + (plan.patience or self.times.minutes + 2) * self.times.minute
        text = self.backups.texts.of(order.component)
        while True:
            try:
                running = await self._reached(order.component, until)
                stands = await self.backups.texts.compute(partial(plan.stands, text, running))
            except AgentError as error:  # one that starts anew shows its pages for a while
                stands = f"whether the device went back is not known: {error}"
            late = self.clock.monotonic() + self.times.between >= until
            if stands == AS_BEFORE or late or not plan.returns:
                return stands
            await self.clock.sleep(self.times.between)

    async def _tidy(self, order: RestoreOrder, device: RestorableDevice) -> None:
        """Delete the file on the device. A failure is only reported: the file does no harm."""
        try:
            await device.remove()
        except DeviceError as error:
            await self.reports.step(order, "remove", f"failed: {error}")

    async def say_interrupted(self, order: RestoreOrder) -> str:
        """The agent ended in the middle: that is on record, and an alarm, on return; what was said."""
        text = self._cut_off(order)
        await self.reports.step(order, "interrupted", text)
        await self._alarm(order, INTERRUPTED, text)
        return text

    def _cut_off(self, order: RestoreOrder) -> str:
        wait = f"a device with a timer takes back within {self.times.minutes} minutes what was not confirmed"
        return f"the agent ended while {order.version} was put back; {wait}"

    async def follow(self, order: RestoreOrder) -> None:
        """The agent ended in the middle, and has said so: say what the device runs, once it has gone back or not."""
        text = self._cut_off(order)
        await self.clock.sleep((self.times.minutes + 1) * self.times.minute)
        try:
            plan = await self.plan(order)
        except AgentError as error:
            await self._alarm(order, INTERRUPTED, f"{text}; what it runs now is not known: {error}")
            return
        if not plan.changes:
            await self._alarm(order, INTERRUPTED, f"the device runs {order.version}; save it there, or restart it")
            return
        before = await self.backups.content(order.component, "latest", redacted=False)
        # the plan that was approved is of what it ran then; the backup before the change may not have been taken yet
        as_before = plan.fingerprint == order.plan or plan.as_before(self.backups.texts.of(order.component), before)
        neither = f"the device runs neither {order.version} nor what it ran before"
        await self._alarm(order, INTERRUPTED, "" if as_before else neither)

    async def _step(self, order: RestoreOrder, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except AgentError as error:
            await self.reports.step(order, name, f"failed: {error}")
            raise
        await self.reports.step(order, name, "done")

    async def _alarm(self, order: RestoreOrder, kind: str, text: str) -> None:
        said = text or "the device runs what it should"
        await self.reports.alarm(AgentSignal(order.component, self.clock.now(), kind, OBJECT, bool(text), said))


def _approved(order: RestoreOrder, plan: RestorePlan) -> None:
    if plan.way == "merge" and not order.merge:
        raise Conflict(f"{order.component}: the device has no way back: {plan.remedy}; or ask for a merge")
    if plan.fingerprint != order.plan:
        raise Conflict(f"{order.component}: not what was planned, or it has changed since: make the plan again")


async def _nothing() -> None:
    """A merge needs no confirmation."""
