"""What a device runs after it was written to: read until it answers, shows what was put back, or has gone back."""

from dataclasses import dataclass
from functools import partial

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import (
    AgentError,
    AuthenticationRejected,
    CommandRejected,
    DeviceAnswerInvalid,
    DeviceUnreachable,
)
from cmsp_agent.services.backups.restore_order import RestoreTimes
from cmsp_agent.services.backups.restore_plan import AS_BEFORE, UPLOAD, RestorePlan
from cmsp_agent.services.backups.service import Backups


@dataclass(frozen=True, slots=True)
class RestoreReadings:
    """Reads, compares with the plan, waits. Writes nothing."""

    backups: Backups
    clock: Clock
    times: RestoreTimes

    async def left(self, component: str, plan: RestorePlan, until: float) -> str:
        """What still differs; a device that starts anew goes on for a while as it was, and then shows its pages.

        Raises:
            DeviceError: it can't be read.
        """
        text = self.backups.texts.of(component)
        while True:
            late = plan.way != UPLOAD or self.late(until)
            try:
                running = await self.reached(component, until)
                left = await self.backups.texts.compute(partial(plan.left, text, running))
                if late or not left:
                    return left
            except (CommandRejected, DeviceAnswerInvalid):
                if late:
                    raise
            await self.clock.sleep(self.times.between)

    async def reached(self, component: str, until: float) -> str:
        """The running configuration, as soon as the device gives it.

        Raises:
            DeviceError: it does not until then.
        """
        while True:
            try:
                return await self.backups.running(component)
            except (AuthenticationRejected, DeviceUnreachable):
                if self.late(until):
                    raise
                await self.clock.sleep(self.times.between)

    async def went_back(self, component: str, plan: RestorePlan) -> str:
        """What the device runs once it has had the time to go back, for people."""
        until = self.clock.monotonic() + (plan.patience or self.times.minutes + 2) * self.times.minute
        text = self.backups.texts.of(component)
        while True:
            try:
                running = await self.reached(component, until)
                stands = await self.backups.texts.compute(partial(plan.stands, text, running))
            except AgentError as error:  # one that starts anew shows its pages for a while
                stands = f"whether the device went back is not known: {error}"
            if stands == AS_BEFORE or self.late(until) or not plan.returns:
                return stands
            await self.clock.sleep(self.times.between)

    def late(self, until: float) -> bool:
        """Whether there is no time left for another try."""
        return self.clock.monotonic() + self.times.between >= until
