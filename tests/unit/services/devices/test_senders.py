"""Who an address belongs to, and what is kept of addresses that belong to nobody."""

from cmsp_agent.aio.counters import Counters
from cmsp_agent.services.devices.senders import FORGET_UNKNOWN, MOST_UNKNOWN, UNKNOWN, Senders, UnknownSender


def senders(counters: Counters | None = None) -> Senders:
    made = Senders(counters or Counters())
    made.configure({"gw-1": ["10.1.0.1", "gw-1.example", "2001:DB8::0:1"], "gw-2": ["::ffff:10.1.0.2"]})
    return made


def test_any_configured_address_will_do() -> None:
    known = senders()
    assert [known.find(address) for address in ("10.1.0.1", "2001:db8::1", "10.1.0.2")] == ["gw-1", "gw-1", "gw-2"]
    assert known.find("10.1.0.9") == UNKNOWN


def test_interface_addresses_are_learned_and_forgotten() -> None:
    known = senders()
    known.learn("gw-1", ["10.9.0.1", "10.9.0.2"])
    assert known.find("10.9.0.1") == "gw-1"
    known.learn("gw-1", ["10.9.0.2"])
    assert known.find("10.9.0.1") == UNKNOWN
    known.configure({"gw-2": ["10.1.0.2"]})
    assert known.find("10.9.0.2") == UNKNOWN


def test_what_was_learned_outlives_a_reload() -> None:
    known = senders()
    known.learn("gw-1", ["10.9.0.1"])
    known.configure({"gw-1": ["10.1.0.77"]})
    assert known.find("10.9.0.1") == known.find("10.1.0.77") == "gw-1"


def test_addresses_that_everybody_has_identify_nobody() -> None:
    known = senders()
    known.learn("gw-1", ["127.0.0.1", "fe80::1%eth0", "0.0.0.0", "224.0.0.5", "::1"])
    assert known.by_address.keys() == {"10.1.0.1", "2001:db8::1", "10.1.0.2"}


def test_an_address_that_two_have_learned_is_nobody_s_unless_configured() -> None:
    known = senders()
    known.learn("gw-1", ["10.9.0.254", "10.1.0.2"])
    known.learn("gw-2", ["10.9.0.254"])
    assert known.find("10.9.0.254") == UNKNOWN
    assert known.shared() == {"10.9.0.254": ("gw-1", "gw-2")}
    assert known.find("10.1.0.2") == "gw-2"


def test_unknown_senders_are_shown_busiest_first() -> None:
    counters = Counters()
    known = senders(counters)
    known.note_unknown("192.0.2.1", "traps", 100)
    known.note_unknown("192.0.2.2", "syslog", 200)
    known.note_unknown("192.0.2.2", "syslog", 300, n=4)
    assert known.unknown() == [
        UnknownSender("192.0.2.2", "syslog", 5, 200, 300),
        UnknownSender("192.0.2.1", "traps", 1, 100, 100),
    ]
    assert counters.value("syslog.unknown_sender") == 5
    assert known.report(1) == [
        {
            "address": "192.0.2.2",
            "kind": "syslog",
            "count": 5,
            "first_seen": "1970-01-01T00:00:00.200Z",
            "last_seen": "1970-01-01T00:00:00.300Z",
        }
    ]


def test_forged_addresses_do_not_fill_the_memory_but_are_counted() -> None:
    counters = Counters()
    known = senders(counters)
    for number in range(MOST_UNKNOWN + 50):
        known.note_unknown(f"host {number}", "traps", number)
    assert len(known.unknown()) == MOST_UNKNOWN
    assert counters.value("traps.unknown_sender") == MOST_UNKNOWN + 50
    known.note_unknown("new", "traps", FORGET_UNKNOWN + 1)
    assert "new" in {sender.address for sender in known.unknown()}


def test_a_relay_names_components_by_name_host_name_or_sys_name() -> None:
    known = Senders(Counters())
    known.configure({"gw-1": ["10.0.0.1", "router.paris.example"], "gw-2": ["10.0.0.2"], "gw-3": ["10.0.0.3"]})
    known.learn("gw-2", [], "R2-Lyon.example")
    known.learn("gw-3", [], "gw-1")
    known.trust(["192.0.2.9"])
    asked = (
        "gw-1",
        "GW-1.elsewhere",
        "router",
        "router.paris.example",
        "r2-lyon",
        "10.0.0.3",
        "[10.0.0.3]:514",
        "10",
        "nobody",
    )
    found = [known.spoken_for("192.0.2.9", UNKNOWN, name) for name in asked]
    assert found == ["gw-1", "gw-1", "gw-1", "gw-1", "gw-2", "gw-3", "gw-3", UNKNOWN, UNKNOWN]
    assert known.spoken_for("192.0.2.8", UNKNOWN, "gw-1") == UNKNOWN
    known.learn("gw-2", [], "another")
    assert known.spoken_for("192.0.2.9", UNKNOWN, "r2-lyon") == UNKNOWN


def test_a_sys_name_that_two_devices_have_names_neither() -> None:
    known = senders()
    known.learn("gw-1", [], "router")
    known.learn("gw-2", [], "Router")
    known.trust(["192.0.2.9"])
    assert known.spoken_for("192.0.2.9", UNKNOWN, "router") == UNKNOWN
