"""Host names in the YAML file."""

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.component import Component
from cmsp_agent.services.devices.host_names import AGAIN, Names
from tests.lab.clock import ManualClock

BY_NAME = Component("gw", ("gw.example", "10.0.0.9"), "paris")


class Directory:
    """A name service that can fail."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[str, ...]] = {"gw.example": ("10.0.0.1", "2001:db8::1")}

    async def __call__(self, name: str) -> tuple[str, ...]:
        return self.answers.get(name, ())


async def test_names_become_addresses_in_their_place() -> None:
    names = Names(Directory(), ManualClock())
    await names.resolve(BY_NAME.addresses)
    assert names.literal(BY_NAME).addresses == ("10.0.0.1", "2001:db8::1", "10.0.0.9")


async def test_a_failure_leaves_what_was_known() -> None:
    directory = Directory()
    names = Names(directory, ManualClock())
    await names.resolve(BY_NAME.addresses)
    directory.answers.clear()
    await names.resolve(BY_NAME.addresses)
    assert names.literal(BY_NAME).address == "10.0.0.1"
    assert names.lost(BY_NAME) == "gw.example"
    directory.answers["gw.example"] = ("10.0.0.1",)
    await names.resolve(BY_NAME.addresses)
    assert names.lost(BY_NAME) == ""


async def test_a_name_that_was_never_resolved_leaves_the_other_addresses() -> None:
    names = Names(Directory(), ManualClock())
    assert names.literal(BY_NAME).addresses == ("10.0.0.9",)
    assert names.lost(BY_NAME) == ""


async def test_a_new_address_is_reported() -> None:
    directory, clock, reported = Directory(), ManualClock(), []
    names = Names(directory, clock)
    await names.resolve(BY_NAME.addresses)

    def changed() -> None:
        reported.append(names.literal(BY_NAME).address)

    async with Supervisor(clock, Counters()) as supervisor:
        supervisor.keep_running("names", lambda: names.run(lambda: BY_NAME.addresses, changed))
        await clock.advance(AGAIN + 1)
        directory.answers["gw.example"] = ("10.0.0.7",)
        await clock.advance(AGAIN + 1)
        await clock.advance(AGAIN + 1)
    assert reported == ["10.0.0.7"]
