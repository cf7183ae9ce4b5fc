"""Who is named while the event loop stays blocked."""

from cmsp_agent.plugin.watchdog import Naming


def test_a_holder_is_named_when_it_held_long_enough_and_once() -> None:
    naming = Naming(after=0.5)
    assert [naming.is_due("acme", 0.125) for _ in range(8)] == [False, False, False, True, False, False, False, False]
    assert naming.named == ["acme"]


def test_another_is_named_when_it_held_long_enough_itself() -> None:
    naming = Naming(after=0.5)
    assert naming.is_due("slow", 0.5)
    assert [naming.is_due("acme", 0.25) for _ in range(5)] == [False, False, True, False, False]
    assert naming.named == ["slow", "acme"]


def test_those_that_pass_by_are_not_blamed_for_what_they_took_together() -> None:
    naming = Naming(after=0.5)
    for holder in (None, "acme", "other", "acme", None, "other"):
        assert not naming.is_due(holder, 0.25)
    assert (naming.is_nobodys(), naming.is_nobodys()) == (True, False)
    assert naming.held == 0.0
