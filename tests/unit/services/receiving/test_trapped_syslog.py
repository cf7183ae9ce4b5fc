"""A message that comes as a trap is the message: one fault with the line that tells of it."""

from cmsp_agent.model.signal import SyslogSignal, TrapSignal, Value
from cmsp_agent.services.receiving.trapped_syslog import FACILITY, MESSAGE_GENERATED, NAME, SEVERITY, TEXT, as_syslog


def trapped(*bindings: tuple[str, Value], oid: str = MESSAGE_GENERATED) -> TrapSignal:
    return TrapSignal("gw-1", 7, oid, tuple((f"{column}12", value) for column, value in bindings))


WHOLE: tuple[tuple[str, Value], ...] = (
    (FACILITY, b"LINK"),
    (SEVERITY, 4),
    (NAME, b"UPDOWN"),
    (TEXT, b"Interface GigabitEthernet0/1, changed state to down"),
)


def test_it_is_the_message_that_it_carries() -> None:
    said = as_syslog(trapped(*WHOLE))
    assert isinstance(said, SyslogSignal)
    assert (said.component, said.received_at, said.mnemonic, said.severity) == ("gw-1", 7, "LINK-3-UPDOWN", 3)
    assert said.text == "Interface GigabitEthernet0/1, changed state to down"


def test_one_that_carries_none_and_any_other_stay_traps() -> None:
    for odd in (trapped(*WHOLE[1:]), trapped(*WHOLE, oid="1.3.6.1.6.3.1.1.5.3"), trapped(WHOLE[0], (SEVERITY, 9))):
        assert as_syslog(odd) is odd
