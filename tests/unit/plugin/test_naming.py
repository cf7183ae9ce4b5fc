"""Who is named while the event loop stays blocked."""

from cmsp_agent.plugin.watchdog import Naming


def test_the_first_holder_is_named_at_once_and_once() -> None:
    naming = Naming(after=0.5)
    assert naming.is_due("acme", 0.1)
    assert not any(naming.is_due("acme", 0.4) for _ in range(10))


def test_another_is_named_when_it_held_long_enough_itself() -> None:
    naming = Naming(after=0.5)
    assert naming.is_due("slow", 0.1)
    assert [naming.is_due("acme", 0.2) for _ in range(5)] == [False, False, False, True, False]
    assert naming.named == ["slow", "acme"]


def test_one_that_passes_by_is_not_blamed() -> None:
    naming = Naming(after=0.5)
    assert naming.is_due(None, 0.1)
    assert not naming.is_due("acme", 0.4)
    assert not naming.is_due(None, 0.4)
    assert not naming.is_due("acme", 0.4)
