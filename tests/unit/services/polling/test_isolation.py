"""When the appliance counts as isolated."""

from dataclasses import replace

from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.model.signal import AgentSignal, PollSignal
from cmsp_agent.services.polling.isolation import FRESH, Isolation, Look, Outside, Verdict
from tests.lab.clock import ManualClock


def judged(*looks: Look) -> Verdict:
    verdict = Verdict()
    for look in looks:
        verdict = verdict.after(look)
    return verdict


def test_a_cut_cable_isolates_at_once() -> None:
    assert judged(Look({"eth0": False}, {})).reason == "no link on eth0"


def test_a_second_link_keeps_the_appliance_connected() -> None:
    assert not judged(Look({"eth0": False, "eth1": True}, {})).isolated


def test_an_interface_that_can_not_be_seen_proves_nothing() -> None:
    assert not judged(Look({"eth0": None}, {})).isolated
    assert not judged(Look({"eth0": False, "eth1": None}, {})).isolated


def test_no_route_to_any_component_isolates() -> None:
    assert judged(Look({}, {}, routed=False)).reason == "no route to any component"


def test_all_components_and_a_next_hop_that_never_answered_silent_together_isolate() -> None:
    silent = Look({"eth0": True}, {"10.0.0.1": False}, none_answers=True)
    assert judged(silent).isolated
    assert not judged(replace(silent, none_answers=False)).isolated
    assert not judged(replace(silent, hops={"10.0.0.1": True})).isolated
    assert not judged(replace(silent, hops={"10.0.0.1": None})).isolated


def test_a_next_hop_that_answered_once_and_falls_silent_isolates_at_the_second_look() -> None:
    up, silent = Look({"eth0": True}, {"10.0.0.1": True}), Look({"eth0": True}, {"10.0.0.1": False})
    assert not judged(up, silent).isolated
    assert judged(up, silent, silent).isolated
    assert not judged(up, silent, silent, up).isolated


def test_a_next_hop_that_falls_silent_while_every_device_answered_its_last_poll_speaks_against_itself() -> None:
    up, silent = Look({"eth0": True}, {"10.0.0.1": True}), Look({"eth0": True}, {"10.0.0.1": False})
    answered = replace(silent, all_answered=True)
    assert not judged(up, *[answered] * 5).isolated
    assert judged(up, *[answered] * 5, silent).isolated


def test_a_next_hop_that_never_answered_is_not_tracked() -> None:
    silent = Look({"eth0": True}, {"10.0.0.1": False})
    assert not judged(*[silent] * 10).isolated


def test_a_hop_that_can_not_be_asked_while_the_cable_is_out_is_remembered() -> None:
    up, silent = Look({"eth0": True}, {"10.0.0.1": True}), Look({"eth0": True}, {"10.0.0.1": False})
    assert judged(up, Look({"eth0": False}, {}), silent, silent).isolated


def test_one_of_two_next_hops_is_enough() -> None:
    up = Look({"eth0": True}, {"10.0.0.1": True, "10.0.0.2": True})
    half = Look({"eth0": True}, {"10.0.0.1": True, "10.0.0.2": False})
    assert not judged(up, half, half, half).isolated


async def test_only_the_edges_are_reported() -> None:
    links: dict[str, bool | None] = {"eth0": True}
    reported: list[AgentSignal] = []

    def look() -> Outside:
        return Outside(links, ["10.0.0.1"], {"gw-1": "10.0.1.1"})

    async def forbidden(_: str) -> bool:
        raise NotPermittedHere("ping sockets are closed")

    async def tell(signal: AgentSignal) -> None:
        reported.append(signal)

    watch = Isolation(look, forbidden, tell, lambda: bool(reported) and reported[-1].raised, ManualClock())
    for carrier in (True, False, False, True, True):
        links["eth0"] = carrier
        await watch.look()
    assert [signal.raised for signal in reported] == [True, False]
    assert {signal.type for signal in reported} == {"appliance.isolated"}


def test_a_device_that_answers_proves_that_we_are_connected() -> None:
    assert not judged(Look({"eth0": False}, {}, any_answer=True)).isolated


def test_a_next_hop_that_is_silent_while_devices_answer_is_not_tracked_until_it_answers_again() -> None:
    up, silent = Look({"eth0": True}, {"10.0.0.1": True}), Look({"eth0": True}, {"10.0.0.1": False})
    contradicted = (up, silent, silent, replace(silent, any_answer=True))
    assert not judged(*contradicted, *[silent] * 10).isolated
    assert judged(*contradicted, up, silent, silent).isolated


def test_a_firewall_that_an_inherited_isolation_tracked_is_dropped_once_devices_answer() -> None:
    silent = Look({"eth0": True}, {"10.0.0.1": False})
    verdict = Verdict(isolated=True, inherited=True).after(silent)
    assert verdict.isolated
    for look in (replace(silent, any_answer=True), silent, silent, silent):
        verdict = verdict.after(look)
    assert not verdict.isolated


def test_a_next_hop_that_was_replaced_is_forgotten() -> None:
    before, after = Look({"eth0": True}, {"10.0.0.1": True}), Look({"eth0": True}, {"10.0.0.2": True})
    silent = Look({"eth0": True}, {"10.0.0.2": False})
    assert judged(before, after, silent, silent).isolated


class Rig:
    """The appliance's link and next hop, and what the watch tells of them."""

    def __init__(self, *, before: bool = False) -> None:
        self.link, self.hop, self.routed = True, True, True
        self.reported: list[bool] = []
        self.before = before
        self.asked = 0
        self.components = {"gw-1": "10.0.1.1"}
        self.clock = ManualClock()
        self.watch = Isolation(self._links, self._ping, self._tell, self.held, self.clock)

    def held(self) -> bool:
        return [self.before, *self.reported][-1]

    def _links(self) -> Outside:
        if not self.routed:
            return Outside({}, [], self.components)
        return Outside({"eth0": self.link}, ["10.0.0.1", "10.0.0.2"], self.components)

    async def _ping(self, address: str) -> bool:
        self.asked += 1
        return self.hop and address == "10.0.0.1"

    async def _tell(self, signal: AgentSignal) -> None:
        self.reported.append(signal.raised)

    async def poll(self, *, answered: bool, component: str = "gw-1") -> None:
        await self.watch.before_judging([PollSignal(component, self.clock.now(), icmp=answered)])
        await self.clock.advance(1.0)


async def test_a_poll_without_answer_makes_us_look_at_our_link_before_it_is_judged() -> None:
    outside = Rig()
    await outside.poll(answered=True)
    outside.link = False
    await outside.poll(answered=False)  # others answered since the last look
    await outside.poll(answered=False)
    assert outside.reported == [True]


async def test_a_silent_next_hop_is_seen_before_the_third_silent_poll_is_judged() -> None:
    outside = Rig()
    await outside.watch.look()
    await outside.poll(answered=True)
    outside.hop = False
    for _ in range(3):
        assert outside.reported == []
        await outside.poll(answered=False)
    assert outside.reported == [True]


async def test_one_look_serves_all_devices_that_fall_silent_together_and_asks_tracked_hops_only() -> None:
    outside = Rig()
    await outside.watch.look()
    await outside.clock.advance(FRESH)
    before = outside.asked
    silent = [PollSignal(f"gw-{number}", outside.clock.now(), icmp=False) for number in range(50)]
    for signal in silent:
        await outside.watch.before_judging([signal])
    assert outside.asked - before == 1


async def test_an_isolation_that_the_last_run_reported_is_ended_by_the_next_one() -> None:
    outside = Rig(before=True)
    await outside.watch.look()
    assert outside.reported == [False]


async def test_a_start_without_any_route_changes_nothing_of_what_the_last_run_reported() -> None:
    outside = Rig(before=True)
    outside.routed = False
    await outside.watch.look()
    await outside.poll(answered=False)
    assert outside.reported == []
    await outside.poll(answered=True)
    await outside.watch.look()
    assert outside.reported == [False]


async def test_a_start_with_a_silent_next_hop_goes_on_being_isolated() -> None:
    outside = Rig(before=True)
    outside.hop = False
    for _ in range(3):
        await outside.poll(answered=False)
    assert outside.reported == []
    outside.hop = True
    await outside.watch.look()
    assert outside.reported == [False]


async def test_a_boot_without_anything_that_answers_is_isolated_and_a_lone_silent_component_is_not() -> None:
    outside = Rig()
    outside.hop = False
    for _ in range(3):
        await outside.poll(answered=False)
    assert outside.reported == []
    outside.components["gw-2"] = "10.0.1.2"
    await outside.poll(answered=False, component="gw-2")
    assert outside.reported == [True]
    await outside.poll(answered=True, component="gw-2")
    await outside.watch.look()
    assert outside.reported == [True, False]


def test_it_is_calm_where_nothing_is_in_doubt() -> None:
    up, silent = Look({"eth0": True}, {"10.0.0.1": True}), Look({"eth0": True}, {"10.0.0.1": False})
    assert judged(up).calm
    assert judged(silent).calm, "one that never answered proves nothing"
    assert not judged(up, silent).calm
    assert not judged(up, silent, silent).calm
    assert judged(up, silent, silent, up).calm
    assert not Verdict(isolated=True, inherited=True).calm
