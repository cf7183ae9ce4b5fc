"""The order in which people count."""

from cmsp_agent.model.natural import natural, natural_order


def test_numbers_count_by_their_value() -> None:
    names = ["gw-10", "gw-2", "Serial0/1/0:10", "Serial0/1/0:2", "gw-1b", "gw-1"]
    assert sorted(names, key=natural) == ["Serial0/1/0:2", "Serial0/1/0:10", "gw-1", "gw-1b", "gw-2", "gw-10"]


def test_pairs_come_in_the_order_of_their_names() -> None:
    assert natural_order({"b10": 1, "b9": 2, "a": 3}) == [("a", 3), ("b9", 2), ("b10", 1)]
