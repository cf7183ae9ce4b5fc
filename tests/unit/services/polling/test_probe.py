"""Which of its type's objects a device has: the first that answers, and none where none does."""

from cmsp_agent.model.signal import ObservedState, Value
from cmsp_agent.plugin.api import AlarmType, DeviceType, Kpi, Severity, StateRule
from cmsp_agent.services.polling.plan import BASE, ENGINE_TIME, IF_DISCONTINUITY, SYS_UP_TIME, Plan
from cmsp_agent.services.polling.probe import probe
from cmsp_agent.services.polling.samples import Answers, StateReader
from tests.unit.services.polling.fakes import FakeSession

NEW, OLD, OLDEST = "1.3.1.8", "1.3.1.5", "1.3.2.0"
CPU = Kpi("cpu.load", "percent", (NEW, OLD, OLDEST), aggregate="max")
MEMORY = Kpi("memory.used", "percent", ("1.3.3.5.1", "1.3.4.12"), free=("1.3.3.6.1", "1.3.4.13"))
OCTETS = Kpi("if.in.octets", "octets/s", ("1.3.5.6", "1.3.5.10"), kind="counter64", per="interface")
LINK = StateRule("1.3.6.8", "link.down", frozenset({2}), frozenset({1}), only_if=("1.3.6.7", 1))
NAMED = StateRule("1.3.7.3", "fan", frozenset({2}), frozenset({1}), object="1.3.7.2")
TYPE = DeviceType(
    "t",
    "t",
    alarms=(AlarmType("link.down", Severity.MAJOR, "x"), AlarmType("fan", Severity.MAJOR, "x")),
    kpis=(CPU, MEMORY, OCTETS),
    states=(LINK, NAMED),
)


async def test_the_best_object_that_answers_is_taken() -> None:
    plan = await probe(FakeSession({f"{NEW}.1": 5, f"{OLD}.1": 6, OLDEST: 7}), TYPE)
    assert [(planned.oid, planned.is_column) for planned in plan.kpis] == [(NEW, True)]
    assert plan.unsupported == ("memory.used", "if.in.octets")


async def test_a_scalar_may_stand_in_for_a_column() -> None:
    plan = await probe(FakeSession({OLDEST: 7}), TYPE)
    assert [(planned.oid, planned.is_column) for planned in plan.kpis] == [(OLDEST, False)]
    assert OLDEST in plan.scalars
    assert plan.columns == ()


async def test_a_share_needs_both_its_objects() -> None:
    half = await probe(FakeSession({"1.3.3.5.1": 5, "1.3.4.12.1": 5, "1.3.4.13.1": 5}), TYPE)
    assert [(planned.oid, planned.free, planned.is_column) for planned in half.kpis] == [("1.3.4.12", "1.3.4.13", True)]
    whole = await probe(FakeSession({"1.3.3.5.1": 5, "1.3.3.6.1": 5}), TYPE)
    assert [(planned.oid, planned.is_column) for planned in whole.kpis] == [("1.3.3.5.1", False)]


async def test_a_fallback_counter_is_32_bits_wide() -> None:
    assert (await probe(FakeSession({"1.3.5.6.1": 5}), TYPE)).kpis[0].width == 64
    assert (await probe(FakeSession({"1.3.5.10.1": 5}), TYPE)).kpis[0].width == 32


async def test_discontinuity_is_read_where_counters_are() -> None:
    with_it = await probe(FakeSession({"1.3.5.6.1": 5, f"{IF_DISCONTINUITY}.1": 0}), TYPE)
    assert IF_DISCONTINUITY in with_it.columns
    without = await probe(FakeSession({f"{IF_DISCONTINUITY}.1": 0}), TYPE)
    assert IF_DISCONTINUITY not in without.columns


async def test_states_bring_their_conditions_and_labels() -> None:
    plan = await probe(FakeSession({"1.3.6.8.1": 1, "1.3.7.3.1": 1}), TYPE)
    assert plan.columns == ("1.3.6.8", "1.3.6.7", "1.3.7.3", "1.3.7.2")
    assert (await probe(FakeSession({"1.3.6.80.1": 1}), TYPE)).states == ()


async def test_a_type_without_objects_asks_for_none() -> None:
    plan = await probe(FakeSession(), DeviceType("t", "t"))
    assert plan.kpis == ()
    assert plan.columns == ()


async def test_a_scalar_state_is_read_as_an_instance() -> None:
    rule = StateRule("1.3.6.1.4.1.318.1.1.1.4.1.1.0", "ups.on_battery", frozenset({3}), frozenset({2}), object="")
    session = FakeSession({rule.column: 3})
    plan = await probe(session, DeviceType("t", "t", states=(rule,)))
    assert rule.column in plan.scalars
    assert plan.columns == ()
    answers = Answers(await session.get(*plan.scalars))
    assert StateReader().states(plan, answers, str) == (ObservedState("ups.on_battery", "", True),)


async def test_what_says_the_time_is_asked_by_v1_as_far_as_it_is_there() -> None:
    objects: dict[str, Value] = {ENGINE_TIME: 5, OLDEST: 7}
    assert (await probe(FakeSession(objects), TYPE)).base == BASE, "it may be there later"
    plan = await probe(FakeSession(objects, is_v1=True), TYPE)
    assert plan.base == (SYS_UP_TIME, ENGINE_TIME)
    assert plan.scalars == (SYS_UP_TIME, ENGINE_TIME, OLDEST)
    assert plan.parts[0].base == plan.parts[1].base == plan.base
    assert Plan().scalars == BASE
