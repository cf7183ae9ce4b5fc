"""The tables of the service: shares, impact, the matrix."""

import pytest

from cmsp_agent.model.priority import Extent, Impact, Priority, Share, Urgency, priority


@pytest.mark.parametrize(
    ("affected", "whole", "level"),
    [
        (0, 4, Impact.INDIVIDUAL),
        (99, 400, Impact.INDIVIDUAL),
        (100, 400, Impact.LOCALISED),
        (199, 400, Impact.LOCALISED),
        (200, 400, Impact.LARGE),
        (300, 400, Impact.LARGE),
        (301, 400, Impact.WIDESPREAD),
        (500, 400, Impact.WIDESPREAD),
        (3, 0, Impact.INDIVIDUAL),
    ],
)
def test_a_share_falls_into_its_row(affected: int, whole: int, level: Impact) -> None:
    assert Share(affected, whole).level() is level


def test_the_largest_share_decides() -> None:
    assert Extent(Share(60, 400), Share(1, 4), Share(6, 8)).level is Impact.LARGE


@pytest.mark.parametrize(
    ("urgency", "row"),
    [
        (Urgency.CRITICAL, "P1 P1 P2 P2"),
        (Urgency.MAJOR, "P1 P2 P2 P3"),
        (Urgency.MINOR, "P2 P3 P3 P3"),
        (Urgency.LOW, "P4 P4 P4 P4"),
    ],
)
def test_the_matrix(urgency: Urgency, row: str) -> None:
    assert [priority(urgency, impact) for impact in Impact] == [Priority(cell) for cell in row.split()]
