"""Puts a stored configuration back on its device: planned, then applied with the device's own way back, then kept.

Read `Restores.run` from top to bottom. Nothing is kept unless the agent still reaches the device, the device runs what
was asked for, and no further fault has shown.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import (
    AgentError,
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
from cmsp_agent.services.backups.restore_plan import UPLOAD, RestorePlan, plan_of
from cmsp_agent.services.backups.restore_readings import RestoreReadings
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

    @property
    def readings(self) -> RestoreReadings:
        """What the devices run."""
        return RestoreReadings(self.backups, self.clock, self.times)

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
        made = await self.backups.texts.compute(lambda: plan_of(platform, text, running, wanted, ready))
        version = await self.backups.find(order.component, order.version)
        return replace(made, suspect=version.suspect, other_device=self.backups.of_another(version))

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
        faults = await self._health(order)
        device = self.devices.open(component, platform, self.times.minutes)
        try:
            await self._carry_out(order, device, plan, faults, progress)
        except AgentError as error:
            raise await self._back(order, device, plan, error, progress) from error
        try:
            if plan.way != UPLOAD:
                await self._step(order, "save", device.save)
        except AgentError as error:
            await self._tidy(order, device)
            await self._alarm(order, FAILED, str(error))
            raise
        await self._tidy(order, device)
        return await self._kept(order, plan)

    async def _health(self, order: RestoreOrder) -> set[str]:
        """The faults that the device has already: they are no reason to go back."""
        faults = set(self.devices.faults(order.component))
        said = f"done: it has faults already: {'; '.join(sorted(faults))}" if faults else "done"
        await self.reports.step(order, "health", said)
        return faults

    async def _carry_out(
        self, order: RestoreOrder, device: RestorableDevice, plan: RestorePlan, faults: set[str], progress: Progress
    ) -> None:
        """Apply it, find it good, let the device keep it.

        Raises:
            AgentError: one of these failed.
        """
        progress(30, "copying the file to the device")
        await self._step(order, "upload", lambda: device.upload(to_bytes(plan.file)))
        progress(45, "applying it")
        until = self.clock.monotonic() + (plan.patience or self.times.minutes - 1) * self.times.minute
        if plan.way != UPLOAD:  # such a device does so by itself
            await self._apply(order, device, plan, progress)
        await self._step(order, "verify", lambda: self._verify(order, plan, faults, until, progress))
        if plan.reversible:
            progress(85, "keeping it")
            await self._step(order, "confirm", lambda: self._confirm(order, device, plan, until))

    async def _apply(
        self, order: RestoreOrder, device: RestorableDevice, plan: RestorePlan, progress: Progress
    ) -> None:
        try:
            await self._step(order, "apply", device.apply if plan.reversible else device.merge)
        except DeviceUnreachable:
            progress(50, "the session was cut: waiting for the device")  # it may have been applied all the same

    async def _verify(
        self, order: RestoreOrder, plan: RestorePlan, faults: set[str], until: float, progress: Progress
    ) -> None:
        """The device answers, runs what was wanted, and no further fault shows.

        Raises:
            AgentError: one of these does not hold.
        """
        progress(60, "reading it again")
        await self._runs(order, plan, until)
        progress(70, "watching for faults")
        await self.clock.sleep(min(self.times.watch, max(0.0, until - self.clock.monotonic())))
        await self.readings.reached(order.component, until)
        if further := sorted(set(self.devices.faults(order.component)) - faults):
            raise DeviceAnswerInvalid(f"{order.component}: faults since it was applied: {'; '.join(further)}")

    async def _runs(self, order: RestoreOrder, plan: RestorePlan, until: float) -> None:
        """Raises AgentError where the device does not run what was put back."""
        left = await self.readings.left(order.component, plan, until)
        if left:
            raise DeviceAnswerInvalid(f"{order.component}: it does not run what was put back:\n{left}")

    async def _confirm(self, order: RestoreOrder, device: RestorableDevice, plan: RestorePlan, until: float) -> None:
        """Tell the device to keep it, again where the session was lost; then see that it has not gone back already.

        Raises:
            AgentError: it does not keep it.
        """
        while True:
            try:
                await device.confirm()
                break
            except DeviceUnreachable:
                if self.readings.late(until):
                    raise
                await self.clock.sleep(self.times.between)
        await self._runs(order, plan, until)

    async def _kept(self, order: RestoreOrder, plan: RestorePlan) -> dict[str, Any]:
        """It is kept and saved: take a backup of it, and take the alarms back."""
        after = await self.backups.run(order.component, "restore")
        await self._alarm(order, FAILED, "")
        await self._alarm(order, INTERRUPTED, "")
        done = {"result": "restored", "way": plan.way, "backup": after.backup.id if after.backup else None}
        return {**done, "no_backup": str(after.error)} if after.error else done

    async def _back(
        self, order: RestoreOrder, device: RestorableDevice, plan: RestorePlan, error: AgentError, progress: Progress
    ) -> AgentError:
        """Let the device go back, check that it did, and report it."""
        progress(80, "going back")
        if plan.returns:
            try:
                await device.revert()
            except DeviceError:
                progress(80, "waiting until the device goes back by itself")
        found = await self.readings.went_back(order.component, plan)
        await self._tidy(order, device)
        said = f"{error}; {found}"
        await self.reports.step(order, "go back", found)
        await self._alarm(order, FAILED, said)
        return type(error)(said)

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
            await self._tidy(order, self.devices.open(*self.require(order.component), self.times.minutes))
        except AgentError as error:
            await self._alarm(order, INTERRUPTED, f"{text}; what it runs now is not known: {error}")
            return
        if not plan.changes:
            remedy = "" if plan.way == UPLOAD else "; save it there, or restart it"
            await self._alarm(order, INTERRUPTED, f"the device runs {order.version}{remedy}")
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
    if plan.other_device and not order.other_device:
        raise Conflict(
            f"{order.component}: {plan.other_device}; where this device replaces that one: "
            f"`cmsp-agent backup restore {order.component} {order.version} --other-device`"
        )
    if plan.fingerprint != order.plan:
        raise Conflict(f"{order.component}: not what was planned, or it has changed since: make the plan again")
