"""Objects read with GET and GETNEXT, from devices that answer some of them wrongly."""

from collections.abc import Callable

from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import ber, pdu
from cmsp_agent.transports.snmp.ber import OidOctets, OidTexts
from cmsp_agent.transports.snmp.gathering import OTHER_OID, Following, Gathering, Objects
from cmsp_agent.transports.snmp.pdu import RESPONSE, Pdu
from cmsp_agent.transports.snmp.values import HeldValue, Missing

GEN_ERR = 5

OIDS = [f"1.3.6.1.2.1.1.{number}.0" for number in range(1, 9)]
Device = Callable[[list[str]], Pdu]


def answer(*bindings: tuple[str, HeldValue]) -> Pdu:
    values = [value for _, value in bindings]
    holes = any(isinstance(value, Missing | Unreadable) for value in values)
    return Pdu(RESPONSE, 1, 0, 0, [ber.oid_octets(oid) for oid, _ in bindings], values, holes)


def error(status: int, index: int = 0) -> Pdu:
    return Pdu(RESPONSE, 1, status, index, [], [])


def good(part: list[str]) -> Pdu:
    return answer(*[(oid, OIDS.index(oid)) for oid in part])


def play(reading: Gathering, device: Device) -> int:
    """Ask until nothing is left; how many requests that took."""
    for count in range(100):
        if not (part := reading.next_part()):
            return count
        reading.take(part, device(part))
    raise AssertionError("asks without end")


def objects(oids: list[str] = OIDS, alone: tuple[str, ...] = (), index_right: bool | None = None) -> Objects:
    return Objects(oids, 0, alone, index_right, OidOctets())


def all_but(*absent: str) -> dict[str, int]:
    return {oid: place for place, oid in enumerate(OIDS) if oid not in absent}


def test_a_good_device_is_asked_once() -> None:
    reading = objects()
    assert play(reading, good) == 1
    assert reading.found == all_but()
    assert not reading.failed


def test_an_object_under_another_oid_costs_itself() -> None:
    def device(part: list[str]) -> Pdu:
        return answer(*[(oid if oid != OIDS[4] else f"{oid}.0", OIDS.index(oid)) for oid in part])

    reading = objects()
    assert play(reading, device) == 2
    assert reading.found == all_but(OIDS[4])
    assert reading.failed == {OIDS[4]: OTHER_OID}
    assert reading.unasked == 2
    again = objects(alone=(OIDS[4],))
    assert play(again, device) == 2
    assert again.found == all_but(OIDS[4])


def test_an_object_that_comes_twice_costs_nothing() -> None:
    def device(part: list[str]) -> Pdu:
        bindings = [(oid, OIDS.index(oid)) for oid in part]
        return answer(*bindings[:2], bindings[0], *bindings[2:])

    reading = objects()
    assert play(reading, device) == 1
    assert reading.found == all_but()
    assert reading.unasked == 1


def test_an_object_left_out_costs_itself() -> None:
    reading = objects()
    play(reading, lambda part: answer(*[(oid, OIDS.index(oid)) for oid in part if oid != OIDS[2]]))
    assert reading.found == all_but(OIDS[2])
    assert list(reading.failed) == [OIDS[2]]


def test_padded_names_and_unreadable_values() -> None:
    bad = Unreadable("number of no octets", b"")
    padded = answer((OIDS[0], 0), (OIDS[1], bad), (OIDS[2], Missing.NO_SUCH_OBJECT))
    padded.names[0] = padded.names[0][:-1] + b"\x80\x00"
    reading = objects(OIDS[:3])
    reading.take(reading.next_part(), padded)
    assert reading.found == {OIDS[0]: 0}
    assert reading.unreadable == {OIDS[1]: bad}
    assert not reading.next_part()


def v1(absent: set[str], index: Callable[[list[str], int], int]) -> Device:
    def device(part: list[str]) -> Pdu:
        missing = [place for place, oid in enumerate(part, 1) if oid in absent]
        return error(pdu.NO_SUCH_NAME, index(part, missing[0])) if missing else good(part)

    return device


def test_an_honest_error_index_is_believed() -> None:
    reading = objects()
    assert play(reading, v1({OIDS[3]}, lambda _, true: true)) == 2
    assert reading.found == all_but(OIDS[3])
    assert not reading.failed
    play(reading := objects(), v1(set(OIDS[2:5]), lambda _, true: true))
    assert reading.found == all_but(*OIDS[2:5])
    assert reading.index_right
    assert play(objects(index_right=True), v1(set(OIDS[2:5]), lambda _, true: true)) == 4


def test_a_wrong_error_index_hides_no_good_object() -> None:
    wrong: list[Callable[[list[str], int], int]] = [
        lambda part, _: len(part),
        lambda *_: 1,
        lambda *_: 0,
        lambda part, _: len(part) + 1,
        lambda part, true: true % len(part) + 1,
    ]
    for index in wrong:
        for absent in ({OIDS[0]}, {OIDS[3]}, {OIDS[7]}, {OIDS[2], OIDS[5]}, set(OIDS[1:]), set(OIDS[:7])):
            for known in (None, False):
                reading = objects(index_right=known)
                play(reading, v1(absent, index))
                assert reading.found == all_but(*absent)
                assert not reading.failed
                assert not reading.index_right


def test_the_index_that_names_the_last_is_found_out() -> None:
    play(reading := objects(), v1({OIDS[3]}, lambda part, _: len(part)))
    assert reading.index_right is False


def test_gen_err_costs_the_object_at_fault() -> None:
    def device(part: list[str]) -> Pdu:
        return error(GEN_ERR, len(part)) if OIDS[6] in part else good(part)

    reading = objects()
    play(reading, device)
    assert reading.found == all_but(OIDS[6])
    assert reading.failed == {OIDS[6]: "genErr"}
    assert reading.width == 0
    again = objects(alone=tuple(reading.failed))
    assert play(again, device) == 2
    assert again.splits == 0


def test_a_width_that_is_too_large_is_learned() -> None:
    reading = objects()
    play(reading, lambda part: error(pdu.TOO_BIG) if len(part) > 2 else good(part))
    assert reading.found == all_but()
    assert reading.width == 2
    play(reading := objects(), lambda part: error(pdu.TOO_BIG) if OIDS[0] in part else good(part))
    assert reading.found == all_but(OIDS[0])


def test_what_follows() -> None:
    def device(part: list[str]) -> Pdu:
        bindings: list[tuple[str, HeldValue]] = [(f"{oid}.1", OIDS.index(oid)) for oid in part[:3]]
        found = answer(*bindings)
        if part[0] == OIDS[0]:
            found.names[0] = b"\x2b\x81"
        return found

    reading = Following(OIDS, 0, (), None, OidTexts())
    play(reading, device)
    assert reading.found == {oid: (f"{oid}.1", place) for oid, place in all_but(OIDS[0]).items()}
    assert reading.failed == {OIDS[0]: "OID cut short"}


def test_a_device_that_answers_nothing_asked_for_ends() -> None:
    play(reading := objects(), lambda _: answer(("1.3.9", 1)))
    assert not reading.found
    assert set(reading.failed) == set(OIDS)
    play(reading := objects(), lambda _: answer())
    assert set(reading.failed) == set(OIDS)


HELD = [f"1.3.6.1.2.1.{arcs}" for arcs in ("1.1.0", "1.3.0", "2.2.1.2.1", "2.2.1.2.2", "11.1.0")]
BEHIND = [f"1.3.6.1.4.1.9.{number}" for number in range(90)]


def arcs(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))


def next_of_v1(holes: tuple[str, ...] = ()) -> Device:
    """An agent of v1 that has `HELD`, and says of what begins with `holes` that nothing follows."""

    def device(part: list[str]) -> Pdu:
        following = [next((held for held in HELD if arcs(held) > arcs(oid)), "") for oid in part]
        bad = [place for place, oid in enumerate(part, 1) if not following[place - 1] or oid.startswith(holes or "x")]
        return error(pdu.NO_SUCH_NAME, bad[0]) if bad else answer(*[(oid, 1) for oid in following])

    return device


def test_of_what_lies_behind_the_end_of_v1_each_object_costs_no_request() -> None:
    before = ["1.3.6.1.2.1.1.1", "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.11"]
    reading = Following([*BEHIND, *before], 0, (), None, OidTexts())
    assert play(reading, next_of_v1()) <= 20
    assert {oid: name for oid, (name, _) in reading.found.items()} == dict(
        zip(before, (HELD[0], HELD[2], HELD[4]), strict=True)
    )
    assert not reading.failed
    assert not reading.absent


def test_an_end_in_the_middle_hides_nothing_behind_it() -> None:
    asked = ["1.3.6.1.2.1.1.1", "1.3.6.1.2.1.1.2", "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.11"]
    reading = Following(asked, 0, (), None, OidTexts())
    play(reading, next_of_v1(holes=("1.3.6.1.2.1.1.2",)))
    assert {oid: name for oid, (name, _) in reading.found.items()} == {
        asked[0]: HELD[0],
        asked[2]: HELD[2],
        asked[3]: HELD[4],
    }
