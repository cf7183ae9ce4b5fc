"""The dates of the order on a clock that a test sets: warned before, ended after, renewed by a reload."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from cmsp_agent.config.configuration import Order
from cmsp_agent.model.component import Agreement, Component, Tier
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.pipeline.alarm_types.order import ALARM_TYPES
from cmsp_agent.services.devices.contract_terms import Days, as_of
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.order.findings import findings
from cmsp_agent.services.order.watch import OrderWatch
from tests.lab.clock import ManualClock

DAY = 86_400.0
ZONES = {"paris": ZoneInfo("Europe/Paris"), "lima": ZoneInfo("America/Lima"), "apia": ZoneInfo("Pacific/Apia")}
START = round(dt.datetime(2026, 11, 1, tzinfo=dt.UTC).timestamp() * 1000)
ORDER = Order("ORD-1", None, dt.date(2027, 1, 9), None, 2, 0)
LETTER = Agreement("LOA-7", dt.date(2026, 12, 15))
SBC = Component("sbc", ("10.1.0.9",), "paris", tier=Tier.THIRD_PARTY, authorisation=LETTER)
GATEWAY = Component("gw", ("10.1.0.1",), "paris", support=Agreement("CON-1", dt.date(2026, 11, 20)))


class Held:
    """The alarms that hold, as (type, component, object), and the last text of each."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str, str], str] = {}

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        key = (kind, component, name)
        if raised:
            self.texts[key] = text
        else:
            del self.texts[key]

    @property
    def kinds(self) -> set[str]:
        return {f"{kind} {component}".strip() for kind, component, _ in self.texts}


class Stage:
    def __init__(self, *components: Component) -> None:
        self.held, self.clock, self.days, self.clock_is_right = Held(), ManualClock(START), list[Days](), True
        self.components = {each.name: each for each in components}
        kinds = {alarm.type: Conditions(alarm.type, self.held) for alarm in ALARM_TYPES}
        self.watch = OrderWatch(
            ORDER, lambda: self.components, kinds, self._believed, self.days.append, self.clock, ZONES
        )

    async def _believed(self) -> bool:
        return self.clock_is_right

    async def on(self, day: dt.date) -> set[str]:
        """What holds when the watch looks on that day."""
        at = dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC).timestamp()
        await self.clock.advance(at - self.clock.now() / 1000)
        await self.watch.look()
        return self.held.kinds


@pytest.fixture
def stage() -> Stage:
    return Stage(GATEWAY, SBC)


async def test_each_date_is_warned_of_then_it_ends_and_a_reload_renews_it(stage: Stage) -> None:
    assert await stage.on(dt.date(2026, 11, 2)) == {"support.ends gw"}
    assert await stage.on(dt.date(2026, 11, 20)) == {"support.ends gw", "authorisation.ends sbc"}
    assert await stage.on(dt.date(2026, 11, 21)) == {"support.ended gw", "authorisation.ends sbc"}
    text = stage.held.texts["support.ended", "gw", "CON-1"]
    assert text.endswith("updates and replacement requests for it stop; monitoring goes on")
    assert await stage.on(dt.date(2026, 12, 16)) == {"support.ended gw", "authorisation.ended sbc", "order.ends"}
    assert await stage.on(dt.date(2027, 1, 10)) == {"support.ended gw", "authorisation.ended sbc", "order.ended"}
    text = stage.held.texts["order.ended", "", "ORD-1"]
    assert "monitoring goes on until the head-end says otherwise" in text
    renewed = Agreement("LOA-8", dt.date(2028, 12, 15))
    stage.components = {"sbc": replace(SBC, authorisation=renewed)}
    stage.watch.order = replace(ORDER, ends=dt.date(2028, 1, 9))
    assert await stage.on(dt.date(2027, 1, 11)) == set()
    assert stage.days[-1].utc == dt.date(2027, 1, 11)


async def test_how_long_before_is_the_partners_to_say(stage: Stage) -> None:
    stage.watch.order = replace(ORDER, warn_before=DAY)
    assert await stage.on(dt.date(2026, 11, 18)) == set()
    assert await stage.on(dt.date(2026, 11, 19)) == {"support.ends gw"}


async def test_a_clock_that_is_not_believed_ends_nothing(stage: Stage) -> None:
    assert await stage.on(dt.date(2026, 11, 2)) == {"support.ends gw"}
    stage.clock_is_right = False
    assert await stage.on(dt.date(2036, 1, 1)) == {"support.ends gw"}
    assert [each.utc for each in stage.days] == [dt.date(2026, 11, 2)]


async def test_more_components_than_ordered_are_flagged_and_an_end_of_life_is_said() -> None:
    third = replace(GATEWAY, name="gw-2", support=None, end_of_life=dt.date(2026, 10, 31))
    stage = Stage(GATEWAY, SBC, third)
    assert await stage.on(dt.date(2026, 11, 2)) == {"order.exceeded", "support.ends gw", "end_of_life.reached gw-2"}
    text = stage.held.texts["order.exceeded", "", "ORD-1"]
    assert text == "the file names 3 components, the order counts 2: none is dropped"


async def test_the_end_of_the_maker_s_support_is_warned_of_before() -> None:
    stage = Stage(replace(GATEWAY, support=None, end_of_life=dt.date(2026, 11, 20)))
    assert await stage.on(dt.date(2026, 10, 1)) == set()
    assert await stage.on(dt.date(2026, 11, 20)) == {"end_of_life.near gw"}
    assert "ends on 2026-11-20" in stage.held.texts["end_of_life.near", "gw", ""]
    assert await stage.on(dt.date(2026, 11, 21)) == {"end_of_life.reached gw"}


async def test_what_an_earlier_run_raised_is_cleared() -> None:
    held = Held()
    held.texts["support.ended", "gw", "CON-0"] = "of the last run"
    left = [AlarmKey("gw", "support.ended", "CON-0")]
    conditions = {"support.ended": Conditions("support.ended", held, left)}

    async def believed() -> bool:
        return True

    watch = OrderWatch(ORDER, dict, conditions, believed, lambda days: None, ManualClock(START), {})
    await watch.look()
    assert held.texts == {}


@pytest.mark.parametrize(
    ("site", "midnight"),
    [
        ("paris", "2026-12-15T23:00Z"),
        ("lima", "2026-12-16T05:00Z"),
        ("apia", "2026-12-15T11:00Z"),
        ("nowhere", "2026-12-16T00:00Z"),
    ],
)
def test_a_letter_ends_with_its_last_day_at_its_site(site: str, midnight: str) -> None:
    moment = round(dt.datetime.fromisoformat(midnight).timestamp() * 1000)
    component = replace(SBC, site=site)
    ended = [as_of(component, Days.at(at, ZONES).of(site)).authorised for at in (moment - 1, moment)]
    assert ended == [True, False]


def test_the_term_ends_when_its_last_day_is_over_at_every_site() -> None:
    lima = round(dt.datetime(2027, 1, 10, 5, tzinfo=dt.UTC).timestamp() * 1000)
    kinds = [[each.kind for each in findings(ORDER, {}, Days.at(at, ZONES))] for at in (lima - 1, lima)]
    assert kinds == [["order.ends"], ["order.ended"]]


@pytest.mark.parametrize(("hour", "kinds"), [(22, set()), (23, {"support.ends gw"})])
async def test_the_warning_begins_with_a_day_too(hour: int, kinds: set[str]) -> None:
    stage = Stage(replace(GATEWAY, support=Agreement("CON-1", dt.date(2026, 12, 15))))
    await stage.clock.advance(dt.datetime(2026, 11, 14, hour, 30, tzinfo=dt.UTC).timestamp() - START / 1000)
    await stage.watch.look()
    assert stage.held.kinds == kinds
